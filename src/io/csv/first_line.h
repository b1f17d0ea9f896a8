#pragma once

#include <cstdint>
#include <optional>

#include "io/csv/rows.h"
#include "io/files/file.h"

namespace treadle::csv {

/// Guesses where the first line begins at or behind `offset` (> 0) of a file: reads the text from there as if
/// outside and as if inside of quotes, and believes what gives lines of the right number of fields. No answer
/// if too little can be said from the next mebibyte.
std::optional<std::uint64_t> guess_first_line(const io::File& file, std::uint64_t offset,
                                              const RowShape& shape);

}  // namespace treadle::csv

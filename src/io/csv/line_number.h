#pragma once

#include <cstdint>

#include "io/files/file.h"

namespace treadle::csv {

/// The line, from 1, that a byte of a file lies in. Reads the file from its start: for messages only.
std::uint64_t line_number(const io::File& file, std::uint64_t offset);

}  // namespace treadle::csv

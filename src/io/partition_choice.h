#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "io/source.h"

namespace treadle::io {

/// Some partitions of a source, in the order given. A partition of text whose predecessor is left out begins
/// at the first line that its reader finds in it.
std::shared_ptr<const Source> choose_partitions(std::shared_ptr<const Source> source,
                                                std::vector<std::size_t> chosen);

}  // namespace treadle::io

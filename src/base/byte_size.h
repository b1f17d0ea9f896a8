#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace treadle {

/// Reads "64 MiB", "1GB", "1.5 gib", "4096": a number and a unit in any case. kB, MB, GB, TB and PB (also
/// without the B) count in thousands, KiB to PiB in 1024s. Throws InvalidArgument saying what was expected.
std::size_t parse_byte_size(std::string_view text);

/// "64 MiB", "1.50 GiB", "17 B": exact multiples of their unit without a fraction, others with two digits.
std::string format_byte_size(std::size_t bytes);

}  // namespace treadle

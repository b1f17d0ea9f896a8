#pragma once

#include <optional>
#include <string_view>

#include "columnar/int128.h"

namespace treadle::columnar {

/// 10^exponent, for 0 to 38.
int128_t power_of_ten(int exponent) noexcept;
/// The unscaled value of decimal digits: "-12.5" at scale 2 is -1250. Digits beyond the scale round half away
/// from zero. Nothing for text that is no decimal number or has more than 38 digits.
std::optional<int128_t> parse_decimal(std::string_view text, int scale) noexcept;
/// Moves the point; lost digits round half away from zero. Nothing if the result has more than 38 digits.
std::optional<int128_t> rescale(int128_t unscaled, int from_scale, int to_scale) noexcept;
/// Whether the value has at most this many digits.
bool fits_precision(int128_t unscaled, int precision) noexcept;

}  // namespace treadle::columnar

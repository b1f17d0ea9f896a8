#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace treadle::io {

/// The size of what bytes packed by Snappy unpack to, as they say it. Nothing if they do not, or cannot be
/// packed so tightly.
std::optional<std::size_t> snappy_size(std::span<const std::uint8_t> packed) noexcept;

/// Unpacks all of `packed` to just as many bytes as `out` has; these do not overlap. Answers whether that is
/// what the bytes say; if not, `out` holds anything.
///
/// Arrow's libraries for Python bring a Snappy that calls a function for every copy: a third of the time of
/// most scans. This one takes bytes as they are and bytes from before in the same steps, as which of both
/// comes next is what a processor guesses wrongly.
bool unpack_snappy(std::span<const std::uint8_t> packed, std::span<std::uint8_t> out) noexcept;

}  // namespace treadle::io

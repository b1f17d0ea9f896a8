#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "treadle/array.h"

// Fourier transforms, by NumPy's names and rules (FFTW, one thread a task). Axes that are transformed become
// one chunk each.
namespace treadle::array {

/// Which side is divided by the number of elements.
enum class FftNorm : std::uint8_t { kBackward, kOrtho, kForward };

/// A transform along one axis: "fft", "ifft", "rfft", "irfft", "hfft" or "ihfft". `length`: the elements
/// along the axis are cut or filled up with zeros to so many (for irfft and hfft: of the answer). Single
/// precision stays single.
Array fft(std::string_view kind, const Array& x, std::optional<std::int64_t> length = {},
          std::int64_t axis = -1, FftNorm norm = FftNorm::kBackward);
/// A transform along several axes, the last of them first: "fft", "ifft", "rfft", "irfft". Without axes: the
/// last ones, as many as there are lengths; all without either.
Array fftn(std::string_view kind, const Array& x,
           const std::optional<std::vector<std::int64_t>>& lengths = {},
           const std::optional<std::vector<std::int64_t>>& axes = {}, FftNorm norm = FftNorm::kBackward);
/// The zero frequency moved to the middle, along axes or all of them; back again if `inverse`.
Array fftshift(const Array& x, const std::optional<std::vector<std::int64_t>>& axes = {},
               bool inverse = false);
/// The frequencies of the elements of fft() of `n` samples `spacing` apart; of rfft() if `half`.
Array fftfreq(std::int64_t n, double spacing = 1, bool half = false, const Chunking& chunking = {});

}  // namespace treadle::array

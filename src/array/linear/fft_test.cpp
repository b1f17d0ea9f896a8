#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "treadle/array_fft.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;
using Complex = std::complex<double>;

double distance(const Array& a, const Array& b) {
  return apply("absolute", {a - b}).astype(K::kFloat64).max().compute().item<double>();
}

std::vector<double> values_of(const Array& x) {
  const NdArray result = x.astype(K::kFloat64).compute().packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

/// By the definition.
std::vector<Complex> slow_fft(const std::vector<double>& x) {
  std::vector<Complex> spectrum;
  for (std::size_t k = 0; k < x.size(); ++k) {
    Complex sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += x[i] * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i * k) /
                                        static_cast<double>(x.size()));
    }
    spectrum.push_back(sum);
  }
  return spectrum;
}

TEST(Fft, IsWhatItsDefinitionSays) {
  const Array x = Random(1).normal(0, 1, {12}, 5);
  const std::vector<Complex> expected = slow_fft(values_of(x));
  const Array spectrum = from_nd_array(NdArray::of(expected, {12}));
  EXPECT_LT(distance(fft("fft", x), spectrum), 1e-12);
  EXPECT_LT(distance(fft("rfft", x), index(spectrum, {Slice{0, 7}})), 1e-12);
  EXPECT_LT(distance(fft("fft", x, {}, 0, FftNorm::kForward) * 12, spectrum), 1e-12);
}

TEST(Fft, ComesBackAlongAnyAxis) {
  const Array x = Random(2).normal(0, 1, {6, 7, 4}, 3);
  for (const std::int64_t axis : {0, 1, 2}) {
    for (const FftNorm norm : {FftNorm::kBackward, FftNorm::kOrtho, FftNorm::kForward}) {
      EXPECT_LT(distance(fft("ifft", fft("fft", x, {}, axis, norm), {}, axis, norm), x), 1e-12);
      EXPECT_LT(distance(fft("irfft", fft("rfft", x, {}, axis, norm),
                             x.shape()[static_cast<std::size_t>(axis)], axis, norm),
                         x),
                1e-12);
    }
  }
  EXPECT_LT(distance(fftn("ifft", fftn("fft", x)), x), 1e-12);
  EXPECT_LT(distance(fftn("irfft", fftn("rfft", x, {}, {{1, 2}}), {{7, 4}}, {{1, 2}}), x), 1e-12);
  EXPECT_LT(distance(fft("hfft", fft("ihfft", x, {}, 0), 6, 0), x), 1e-12);
}

TEST(Fft, CutsAndFillsUpAndKeepsSinglePrecision) {
  const Array x = arange(5, 2);
  EXPECT_LT(distance(fft("fft", x, 3), fft("fft", arange(3))), 1e-12);
  EXPECT_LT(distance(fft("fft", x, 8), fft("fft", concatenate({x, zeros({3})}))), 1e-12);
  EXPECT_EQ(fft("fft", x.astype(K::kFloat32)).dtype(), DType(K::kComplex64));
  EXPECT_EQ(fft("irfft", fft("rfft", x.astype(K::kFloat32)), 5).dtype(), DType(K::kFloat32));
  EXPECT_LT(distance(fft("irfft", fft("rfft", x.astype(K::kFloat32)), 5), x), 1e-6);
  EXPECT_THROW(fft("fft", x, 0), InvalidArgument);
  EXPECT_THROW(fft("fft", x, {}, 1), InvalidArgument);
  EXPECT_THROW(fft("rfft", fft("fft", x)), TypeError);
}

TEST(Fft, ShiftsAndKnowsFrequencies) {
  EXPECT_EQ(values_of(fftshift(arange(5, 2))), (std::vector<double>{3, 4, 0, 1, 2}));
  EXPECT_EQ(values_of(fftshift(fftshift(arange(5, 2)), {}, true)), values_of(arange(5)));
  EXPECT_EQ(values_of(fftfreq(4, 0.5)), (std::vector<double>{0, 0.5, -1, -0.5}));
  EXPECT_EQ(values_of(fftfreq(4, 0.5, true)), (std::vector<double>{0, 0.5, 1}));
}

}  // namespace
}  // namespace treadle::array

#include "treadle/array.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

namespace treadle {
namespace {

using K = ElementKind;

/// 0, 1, 2 ... of a shape.
Array counting(const Shape& shape, const Chunking& chunking, DType dtype = K::kFloat64) {
  std::vector<double> values(static_cast<std::size_t>(num_elements(shape)));
  std::iota(values.begin(), values.end(), 0.0);
  return array::from_nd_array(NdArray::of(values, shape), chunking).astype(dtype);
}

std::vector<double> values_of(const Array& x) {
  const NdArray result = x.astype(K::kFloat64).compute().packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

TEST(Array, AddsAndBroadcasts) {
  const Array x = counting({2, 3}, {1});
  const Array row = counting({3}, {2});
  EXPECT_EQ(values_of(x + row), (std::vector<double>{0, 2, 4, 3, 5, 7}));
  EXPECT_EQ(values_of(x * 2 - 1), (std::vector<double>{-1, 1, 3, 5, 7, 9}));
}

TEST(Array, RefusesDifferencesOfBool) {
  const Array x = counting({3}, {}, K::kBool);
  EXPECT_THROW(x - x, TypeError);
  EXPECT_THROW(-x, TypeError);
  EXPECT_EQ((x + x).dtype(), DType(K::kBool));
}

TEST(Array, RefusesNegativePowersOfIntegersOnceItMeetsThem) {
  const Array exponents = counting({4}, {2}, K::kInt64) - 1;
  const Array base = counting({4}, {2}, K::kInt64);
  EXPECT_THROW(array::apply("power", {base, exponents}).compute(), InvalidArgument);
  EXPECT_EQ(values_of(array::apply("power", {base, exponents + 1})), (std::vector<double>{1, 1, 4, 27}));
}

TEST(Array, KeepsTheTypeBesidePlainNumbers) {
  const Array x = counting({3}, {}, K::kInt8);
  EXPECT_EQ((x + 1).dtype(), DType(K::kInt8));
  EXPECT_EQ((x + 1.0).dtype(), DType(K::kFloat64));
  EXPECT_EQ((x / 2).dtype(), DType(K::kFloat64));
  EXPECT_EQ((counting({3}, {}, K::kFloat32) * 2.5).dtype(), DType(K::kFloat32));
  EXPECT_THROW(x + 300, InvalidArgument);
  EXPECT_EQ(values_of(x < 300), (std::vector<double>{1, 1, 1}));
}

TEST(Array, RefusesShapesThatDoNotBroadcastShowingBoth) {
  try {
    counting({2, 3}, {}) + counting({4}, {});
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "expected shapes that broadcast, found (2, 3) and (4,)");
  }
}

TEST(Array, ReducesAlikeHoweverItIsCut) {
  const Shape shape = {7, 65, 3};
  const Array whole = counting(shape, {-1});
  for (const std::int64_t size : {1, 2, 5, 64, 100}) {
    const Array cut = counting(shape, {size});
    for (const char* name : {"sum", "min", "max", "argmin", "argmax", "any", "all"}) {
      EXPECT_EQ(values_of(array::reduce(name, cut)), values_of(array::reduce(name, whole))) << name << size;
      for (const std::int64_t axis : {0, 1, -1}) {
        EXPECT_EQ(values_of(array::reduce(name, cut, {{{axis}}})),
                  values_of(array::reduce(name, whole, {{{axis}}})))
            << name << size << axis;
      }
    }
    for (const char* name : {"mean", "var", "std"}) {
      const std::vector<double> a = values_of(array::reduce(name, cut, {.axes = {0, 2}}));
      const std::vector<double> b = values_of(array::reduce(name, whole, {.axes = {0, 2}}));
      ASSERT_EQ(a.size(), 65);
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-9 * b[i]) << name << size;
    }
  }
  EXPECT_EQ(values_of(whole.mean()), std::vector<double>{682.0});
}

TEST(Array, TransposesWithoutCopying) {
  const Array x = counting({2, 3}, {2});
  EXPECT_EQ(values_of(x.transpose()), (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(values_of((x + 1).transpose() + 0.0), (std::vector<double>{1, 4, 2, 5, 3, 6}));
}

TEST(Array, GivesTheSameBitsFusedOrNotWithAnyThreads) {
  const Array x = array::apply("sin", {counting({130, 70}, {33})});
  const Array y =
      (x + x.rechunk({20}).transpose().rechunk({Chunking(7)}).transpose() - x.mean({.axes = 0})).sum();
  std::vector<double> sums;
  for (const unsigned threads : {1U, 2U, 8U}) {
    for (const bool optimize : {true, false}) {
      ComputeOptions options;
      options.run.num_threads = threads;
      options.optimize = optimize;
      sums.push_back(y.compute(options).item<double>());
    }
  }
  for (const double sum : sums) EXPECT_EQ(sum, sums[0]);
}

TEST(Array, FusesChainsIntoTheReductionThatReadsThem) {
  const Array x = counting({4, 4}, {2});
  const Array y = (x * 2 + array::apply("sqrt", {x})).mean();
  EXPECT_EQ(y.explain(), "Reduce mean add(multiply(a, 2.), sqrt(a)) over (0, 1)\n  Source memory (4, 4)\n");
}

TEST(Array, WorksOnNothingAndOnSingleValues) {
  EXPECT_EQ(values_of(counting({0, 3}, {2}).sum()), std::vector<double>{0});
  EXPECT_EQ(values_of(counting({0, 3}, {2}).sum({.axes = 0})), (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(counting({0, 3}, {}).compute().shape(), (Shape{0, 3}));
  EXPECT_THROW(counting({0, 3}, {}).min(), InvalidArgument);
  EXPECT_TRUE(std::isnan(values_of(counting({0}, {}).mean())[0]));
  const Array scalar = array::from_nd_array(NdArray::scalar(2.5));
  EXPECT_EQ(values_of(scalar + 1), std::vector<double>{3.5});
  EXPECT_EQ(values_of(scalar.max()), std::vector<double>{2.5});
}

TEST(Array, LetsNanWinUnlessItIsLeftOut) {
  const Array x = array::from_nd_array(NdArray::of<double>({1, NAN, 3, 2}, {2, 2}), {1});
  EXPECT_TRUE(std::isnan(values_of(x.max())[0]));
  EXPECT_EQ(values_of(x.argmax()), std::vector<double>{1});
  EXPECT_EQ(values_of(array::reduce("nanmax", x)), std::vector<double>{3});
  EXPECT_EQ(values_of(array::reduce("nansum", x, {.axes = 0})), (std::vector<double>{4, 2}));
  EXPECT_EQ(values_of(array::reduce("nanmean", x)), std::vector<double>{2});
  EXPECT_EQ(values_of(array::reduce("nanargmin", x, {.axes = 1})), (std::vector<double>{0, 1}));
  // Left out before floats become integers.
  EXPECT_EQ(values_of(array::reduce("nansum", x, {.dtype = ElementKind::kInt64})), std::vector<double>{6});
  EXPECT_EQ(values_of(array::reduce("nanprod", x, {.axes = 1, .dtype = ElementKind::kInt32})),
            (std::vector<double>{1, 6}));
}

TEST(Array, NothingHasNoExtremes) {
  const Array x = counting({4, 3}, {2});
  const Array none = array::compress(array::index(x, {array::Slice{}, std::int64_t{0}}) < -1, x, 0);
  EXPECT_THROW(none.max().compute(), InvalidArgument);
  EXPECT_THROW(none.argmin({.axes = 1}).max().compute(), InvalidArgument);
  EXPECT_THROW(array::reduce("nanargmax", x * NAN).compute(), InvalidArgument);
  EXPECT_TRUE(std::isnan(values_of(array::reduce("nanmax", x * NAN))[0]));
  // The index along an axis of known length, and in one chunk of any.
  const Array some = array::compress(array::index(x, {array::Slice{}, std::int64_t{0}}) > 1, x, 0);
  EXPECT_EQ(values_of(some.argmax({.axes = 1})), (std::vector<double>{2, 2, 2}));
  EXPECT_THROW(some.argmax({.axes = 0}), InvalidArgument);
  const Array one = x.rechunk(-1);
  EXPECT_EQ(
      values_of(array::compress(array::index(one, {array::Slice{}, std::int64_t{0}}) > 1, one, 0).argmax()),
      std::vector<double>{8});
}

TEST(Array, RechunksToWhatIsAsked) {
  const Array x = counting({5, 7}, {2});
  const std::vector<double> expected = values_of(x);
  for (const Chunking& chunking :
       {Chunking(3), Chunking(-1), Chunking({std::vector<std::int64_t>{1, 4}, std::int64_t{7}})}) {
    EXPECT_EQ(values_of(x.rechunk(chunking)), expected);
  }
  EXPECT_EQ(x.rechunk(Chunking::some({{-1, std::int64_t{4}}})).chunks().to_string(), "((2, 2, 1), (4, 3))");
}

TEST(Array, MakesNoChunksFarLargerThanItsInputs) {
  const Array row = array::arange(1'000'000, 1'000'000);
  const Array column = array::expand_dims(row, {1});
  for (const Array& wide : {column * row, array::einsum("i,j", {row, row})}) {
    EXPECT_EQ(wide.shape(), (Shape{1'000'000, 1'000'000}));
    EXPECT_LE(wide.chunks().largest() * 8, 2 * kTargetChunkBytes);
  }
  const Array small = counting({300}, {7});
  EXPECT_EQ(values_of(array::einsum("i,j->", {small, small})), values_of(small.sum() * small.sum()));
}

TEST(Array, MakesRanges) {
  EXPECT_EQ(values_of(array::arange(std::int64_t{5}, std::int64_t{-3}, std::int64_t{-3}, {}, {2})),
            (std::vector<double>{5, 2, -1}));
  EXPECT_EQ(values_of(array::linspace(0, 1, 5, true, K::kFloat64, {2})),
            (std::vector<double>{0, .25, .5, .75, 1}));
  EXPECT_EQ(values_of(array::eye(2, 3, 1, K::kInt32, {1})), (std::vector<double>{0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(array::arange(10).dtype(), DType(K::kInt64));
}

TEST(Array, ComputesDatetimes) {
  const NdArray days =
      NdArray::of<std::int64_t>({0, 1, INT64_MIN}, {3}).viewed_as({K::kDatetime, DateUnit::kDay});
  const Array x = array::from_nd_array(days, {2});
  const Array hours = x.astype({K::kDatetime, DateUnit::kHour});
  EXPECT_EQ(hours.compute().values<std::int64_t>()[1], 24);
  EXPECT_EQ(hours.compute().values<std::int64_t>()[2], INT64_MIN);
  EXPECT_EQ((hours - x).dtype(), DType(K::kTimedelta, DateUnit::kHour));
  EXPECT_EQ(array::reduce("nanmax", x).compute().item<std::int64_t>(), 1);
}

}  // namespace
}  // namespace treadle

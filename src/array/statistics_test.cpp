#include "treadle/array_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "treadle/array_random.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

Array of(const std::vector<double>& values, Shape shape, const Chunking& chunking) {
  return from_nd_array(NdArray::of(values, std::move(shape)), chunking);
}

std::vector<double> values_of(const Array& x) {
  const NdArray result = x.astype(K::kFloat64).compute().packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

using Doubles = std::vector<double>;

TEST(Cumulate, RunsAlongAnAxisAcrossChunks) {
  for (const int size : {1, 2, 5}) {
    const Array x = of({1, 2, 3, 4, 5, 6}, {2, 3}, size);
    EXPECT_EQ(values_of(cumulate("cumsum", x)), (Doubles{1, 3, 6, 10, 15, 21}));
    EXPECT_EQ(values_of(cumulate("cumsum", x, 0)), (Doubles{1, 2, 3, 5, 7, 9}));
    EXPECT_EQ(values_of(cumulate("cumprod", x, -1)), (Doubles{1, 2, 6, 4, 20, 120}));
  }
  EXPECT_EQ(values_of(cumulate("nancumsum", of({1, NAN, 2}, {3}, 1))), (Doubles{1, 1, 3}));
  EXPECT_EQ(cumulate("cumsum", ones({3}, K::kInt8)).dtype(), DType(K::kInt64));
}

TEST(Cumulate, AProductOfFloatsGoesOnFromWhatCameBefore) {
  // 0 times a chunk whose own product overflows is 0, as it is element by element; chunks of none change
  // nothing.
  const Array zero = of({0, 1e200, 1e200, 2}, {4}, 1);
  EXPECT_EQ(values_of(cumulate("cumprod", zero.rechunk(Chunking({std::vector<std::int64_t>{1, 2, 1}})))),
            (Doubles{0, 0, 0, 0}));
  const Array three = of({2, 3, 4}, {3}, Chunking({std::vector<std::int64_t>{1, 0, 2}}));
  EXPECT_EQ(values_of(cumulate("cumprod", three)), (Doubles{2, 6, 24}));
}

TEST(Quantile, InterpolatesAsNumPyDoes) {
  const Array x = of({3, 1, 4, 1, 5, 9}, {2, 3}, 1);
  EXPECT_EQ(values_of(quantile(x, {0, 0.5, 1})), (Doubles{1, 3.5, 9}));
  EXPECT_EQ(values_of(quantile(x, {0.5}, 1)), (Doubles{3, 5}));
  EXPECT_EQ(values_of(quantile(x, {0.25}, 0, QuantileMethod::kLower)), (Doubles{1, 1, 4}));
  EXPECT_TRUE(std::isnan(values_of(quantile(of({1, NAN}, {2}, 1), {0.5}))[0]));
  EXPECT_EQ(values_of(quantile(of({1, NAN}, {2}, 1), {0.5}, {}, QuantileMethod::kLinear, true)), Doubles{1});
  EXPECT_THROW(quantile(x, {1.5}), InvalidArgument);
}

TEST(Counts, HistogramsHoldTheirRightEdge) {
  const Array x = of({0, 0.5, 1, 1.5, 2, 3, NAN}, {7}, 2);
  EXPECT_EQ(values_of(histogram(x, {0, 1, 2})), (Doubles{2, 3}));
  EXPECT_EQ(values_of(histogram(x, {0, 1.9, 2})), (Doubles{4, 1}));
  EXPECT_EQ(values_of(histogram(x, {0, 1, 2}, x * 2)), (Doubles{1, 9}));
  EXPECT_EQ(values_of(digitize(x, {1, 2})), (Doubles{0, 0, 1, 1, 2, 2, 2}));
  EXPECT_EQ(values_of(digitize(x, {1, 2}, true)), (Doubles{0, 0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(values_of(digitize(x, {2, 1})), (Doubles{2, 2, 1, 1, 0, 0, 0}));
  EXPECT_THROW(histogram(x, {1, 0}), InvalidArgument);
}

TEST(Counts, BincountsGrowToTheLargest) {
  const Array x = of({1, 0, 3, 1}, {4}, 2).astype(K::kInt32);
  EXPECT_EQ(values_of(bincount(x)), (Doubles{1, 2, 0, 1}));
  EXPECT_EQ(values_of(bincount(x, {}, 6)), (Doubles{1, 2, 0, 1, 0, 0}));
  EXPECT_EQ(values_of(bincount(x, of({1, 2, 3, 4}, {4}, 3))), (Doubles{2, 5, 0, 3}));
  EXPECT_THROW(bincount(-x).compute(), InvalidArgument);
}

TEST(Unique, KnowsFirstPlacesAndCounts) {
  const Array x = of({3, 1, NAN, 3, NAN, 1, 3}, {7}, 2);
  const Unique distinct = unique(x);
  const Doubles values = values_of(distinct.values);
  EXPECT_EQ(Doubles(values.begin(), values.begin() + 2), (Doubles{1, 3}));
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values_of(distinct.first), (Doubles{1, 0, 2}));
  EXPECT_EQ(values_of(distinct.counts), (Doubles{2, 3, 2}));
}

TEST(Unique, IsTheSameForFewAndManyValuesAndAnyChunks) {
  // 3,000 distinct values are more than the table of few holds; 40 chunks make a tree of two levels.
  for (const int distinct : {7, 3000}) {
    std::vector<double> values;
    for (int i = 0; i < 10'000; ++i) values.push_back((i * 7919) % distinct - 100);
    values[17] = -0.0;
    const Unique whole = unique(of(values, {10'000}, -1));
    const Unique cut = unique(of(values, {100, 100}, Chunking(std::vector<AxisChunking>{13, 20})));
    EXPECT_EQ(values_of(whole.values), values_of(cut.values));
    EXPECT_EQ(values_of(whole.first), values_of(cut.first));
    EXPECT_EQ(values_of(whole.counts), values_of(cut.counts));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    EXPECT_EQ(values_of(whole.values), values);
  }
}

TEST(Unique, PutsNaTLast) {
  constexpr std::int64_t kNaT = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::int64_t> days = {5, kNaT, 3, kNaT, 5};
  const Array x = from_nd_array(NdArray::of(days, {5}), 2).astype(DType(K::kDatetime, DateUnit::kDay));
  const NdArray found = unique(x).values.astype(K::kInt64).compute().packed();
  EXPECT_EQ(std::vector(found.values<std::int64_t>().begin(), found.values<std::int64_t>().end()),
            (std::vector<std::int64_t>{3, 5, kNaT}));
  EXPECT_EQ(values_of(isin(x, x).astype(K::kInt64)), (Doubles{1, 0, 1, 0, 1}));
}

TEST(Searching, PlacesAddUpOverChunks) {
  for (const int size : {1, 2, 6}) {
    const Array sorted = of({1, 2, 2, 5, NAN, NAN}, {6}, size);
    const Array values = of({0, 2, 3, 5, 9, NAN}, {2, 3}, size);
    EXPECT_EQ(values_of(searchsorted(sorted, values)), (Doubles{0, 1, 3, 3, 4, 4}));
    EXPECT_EQ(values_of(searchsorted(sorted, values, true)), (Doubles{0, 3, 3, 4, 4, 6}));
    EXPECT_EQ(values_of(isin(values, sorted)), (Doubles{0, 1, 0, 1, 0, 0}));
    EXPECT_EQ(values_of(isin(values, of({}, {0}, 1))), (Doubles{0, 0, 0, 0, 0, 0}));
  }
  EXPECT_EQ(values_of(searchsorted(arange(5), of({2.5}, {1}, 1))), Doubles{3});
  EXPECT_THROW(searchsorted(zeros({2, 2}), zeros({2})), InvalidArgument);
}

TEST(Searching, PlacesOfWhatIsNotZeroComeInTheOrderOfTheArray) {
  for (const int size : {1, 2, 3}) {
    const Array x = of({0, 1, 0, NAN, 0, 2}, {2, 3}, size);
    EXPECT_EQ(values_of(argwhere(x)), (Doubles{0, 1, 1, 0, 1, 2}));
    EXPECT_EQ(argwhere(x).compute().shape(), (Shape{3, 2}));
  }
  EXPECT_EQ(argwhere(zeros({2, 0})).compute().shape(), (Shape{0, 2}));
}

TEST(TopK, TakesTheFirstOfEqualOnes) {
  for (const int size : {1, 2, 6}) {
    const Array x = of({3, 9, 1, 9, 5, 1}, {6}, size);
    EXPECT_EQ(values_of(topk(x, 3)), (Doubles{9, 9, 5}));
    EXPECT_EQ(values_of(argtopk(x, 3)), (Doubles{1, 3, 4}));
    EXPECT_EQ(values_of(topk(x, -2)), (Doubles{1, 1}));
    EXPECT_EQ(values_of(argtopk(x, -9)), (Doubles{2, 5, 0, 4, 1, 3}));
  }
  EXPECT_EQ(values_of(topk(of({1, 2, 3, 4}, {2, 2}, 1), 1, 0)), (Doubles{3, 4}));
}

TEST(Random, DependsOnSeedAndPositionOnly) {
  for (const char* name : {"standard_normal", "standard_exponential"}) {
    Random whole(7);
    Random cut(7);
    EXPECT_EQ(values_of(whole.distribution(name, {}, {9, 5}, -1)),
              values_of(cut.distribution(name, {}, {9, 5}, 2)));
    EXPECT_NE(values_of(whole.distribution(name, {}, {4})), values_of(Random(7).distribution(name, {}, {4})));
  }
  EXPECT_NE(values_of(Random(1).random({4})), values_of(Random(2).random({4})));
}

TEST(Random, HasTheMomentsOfItsDistributions) {
  struct Case {
    const char* name;
    Doubles parameters;
    double mean, deviation;
  };
  const Case cases[] = {{"normal", {3, 2}, 3, 2},
                        {"uniform", {1, 3}, 2, 2 / std::sqrt(12)},
                        {"exponential", {2}, 2, 2},
                        {"gamma", {2.5, 2}, 5, 2 * std::sqrt(2.5)},
                        {"gamma", {0.5, 1}, 0.5, std::sqrt(0.5)},
                        {"beta", {2, 3}, 0.4, 0.2},
                        {"poisson", {3}, 3, std::sqrt(3)},
                        {"poisson", {100}, 100, 10},
                        {"binomial", {10, 0.3}, 3, std::sqrt(2.1)},
                        {"binomial", {500, 0.9}, 450, std::sqrt(45)},
                        {"geometric", {0.25}, 4, std::sqrt(12)},
                        {"laplace", {1, 2}, 1, 2 * std::sqrt(2)},
                        {"logistic", {1, 2}, 1, 2 * M_PI / std::sqrt(3)},
                        {"gumbel", {0, 1}, 0.5772156649, M_PI / std::sqrt(6)},
                        {"weibull", {1}, 1, 1},
                        {"rayleigh", {2}, 2 * std::sqrt(M_PI / 2), 2 * std::sqrt(2 - M_PI / 2)},
                        {"triangular", {0, 1, 2}, 1, std::sqrt(1.0 / 6)},
                        {"chisquare", {4}, 4, std::sqrt(8)},
                        {"wald", {2, 3}, 2, std::sqrt(8.0 / 3)},
                        {"negative_binomial", {5, 0.5}, 5, std::sqrt(10)}};
  constexpr double kCount = 40'000;
  Random random(11);
  for (const Case& each : cases) {
    const Array x =
        random.distribution(each.name, each.parameters, {static_cast<std::int64_t>(kCount)}, 7000);
    // Five standard errors: wrong once in two million cases, and the seed is fixed.
    EXPECT_NEAR(values_of(x.mean())[0], each.mean, 5 * each.deviation / std::sqrt(kCount)) << each.name;
    EXPECT_NEAR(values_of(x.std())[0], each.deviation, 0.06 * each.deviation) << each.name;
  }
}

TEST(Random, DrawsIntegersChoicesAndPermutations) {
  Random random(3);
  const Array dice = random.integers(1, 7, {6000}, 1000, K::kInt8);
  EXPECT_EQ(values_of(dice.min())[0], 1);
  EXPECT_EQ(values_of(dice.max())[0], 6);
  for (const double count : values_of(histogram(dice, {1, 2, 3, 4, 5, 6, 7}))) EXPECT_NEAR(count, 1000, 150);
  EXPECT_EQ(values_of(random.permutation(arange(50, 7)).sum())[0], 1225);
  EXPECT_EQ(values_of(unique(random.choice(arange(50, 7), 50, false)).counts).size(), 50);
  EXPECT_EQ(values_of(random.choice(arange(3), 100, true, Doubles{0, 1, 0}).min())[0], 1);
  EXPECT_THROW(random.choice(arange(3), 4, false), InvalidArgument);
  EXPECT_THROW(random.integers(5, 5, {1}), InvalidArgument);
  EXPECT_THROW(random.integers(0, 300, {1}, {}, K::kUInt8), InvalidArgument);
  EXPECT_THROW(random.normal(0, -1, {1}), InvalidArgument);
  EXPECT_THROW(random.distribution("normall", {}, {1}), NotFound);
}

}  // namespace
}  // namespace treadle::array

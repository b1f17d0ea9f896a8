#include <gtest/gtest.h>

#include <algorithm>

#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/engine.h"

// Arrays larger than the memory that a run may hold.
namespace treadle::array {
namespace {

/// What a run of `arrays` held at most, and its results.
std::vector<NdArray> compute_within(std::span<const Array> arrays, std::size_t working_memory,
                                    unsigned threads, std::size_t& peak) {
  ComputeOptions options;
  options.run.working_memory = working_memory;
  options.run.num_threads = threads;
  std::optional<Run> run;
  options.on_start = [&](const Run& started) { run = started; };
  std::vector<NdArray> results = compute(arrays, options);
  peak = run->statistics().peak_working_memory;
  return results;
}
NdArray compute_within(const Array& array, std::size_t working_memory, unsigned threads, std::size_t& peak) {
  return compute_within(std::span(&array, 1), working_memory, threads, peak)[0];
}

TEST(Memory, AReductionHoldsAFewChunksOfManyMoreThanFit) {
  // 32 MB in chunks of 512 KB.
  const Array x = Random(1).random({4000, 1000}, Chunking({std::int64_t{64}, std::int64_t{-1}}));
  std::size_t peak = 0;
  const double sum = compute_within(x.sum(), 6 << 20, 2, peak).item<double>();
  EXPECT_LE(peak, std::size_t{6} << 20);
  EXPECT_EQ(compute_within(x.sum(), 1 << 30, 1, peak).item<double>(), sum);
}

TEST(Memory, ResultsOverTheSameChunksUseThemWhileTheyAreThere) {
  const auto peak_of = [](std::int64_t rows) {
    // Chunks of 512 KB.
    const Array x = Random(4).random({rows, 1000}, Chunking({std::int64_t{64}, std::int64_t{-1}}));
    const std::vector<Array> results = {x.mean(), x.std(), x.max({{{1}}}), x.min()};
    std::size_t peak = 0;
    compute_within(results, 1 << 30, 1, peak);
    return peak;
  };
  const std::size_t few = peak_of(640), many = peak_of(6400);
  // Each row of max() is a result: it stays.
  EXPECT_LE(many, few + 6400 * sizeof(double) * 2);
}

TEST(Memory, AnAnomalyIsComputedWithinASmallPartOfItsArray) {
  const Array x = Random(2).random({1500, 1000}, Chunking({std::int64_t{50}, std::int64_t{-1}}));
  const Array anomaly = (x - x.mean({.axes = 0})) / x.std({.axes = 0});
  std::size_t peak = 0;
  const NdArray within = compute_within(anomaly.max({.axes = 1}), 6 << 20, 2, peak);
  EXPECT_LE(peak, std::size_t{6} << 20);
  const NdArray free = compute_within(anomaly.max({.axes = 1}), 1 << 30, 1, peak);
  ASSERT_EQ(within.shape(), free.shape());
  EXPECT_TRUE(std::equal(within.values<double>().begin(), within.values<double>().end(),
                         free.values<double>().begin()));
}

TEST(Memory, RechunkSpillsWhatDoesNotFit) {
  const Array x = Random(3).random({1000, 1000}, Chunking({std::int64_t{50}, std::int64_t{-1}}));
  const Array turned = x.rechunk(Chunking({std::int64_t{-1}, std::int64_t{50}})).sum({.axes = 0});
  std::size_t peak = 0;
  const NdArray within = compute_within(turned, 4 << 20, 2, peak);
  EXPECT_LE(peak, std::size_t{4} << 20);
  const NdArray free = compute_within(turned, 1 << 30, 1, peak);
  EXPECT_TRUE(std::equal(within.values<double>().begin(), within.values<double>().end(),
                         free.values<double>().begin()));
}

}  // namespace
}  // namespace treadle::array

// Estimates pi with futures: a map over seeds, a reduction of what is there, results as they come.
#include <cstdint>
#include <iostream>
#include <numeric>
#include <random>
#include <vector>

#include "treadle/client.h"

constexpr std::int64_t kSamples = 100'000;

static std::int64_t hits(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    const double x = unit(random);
    const double y = unit(random);
    inside += x * x + y * y <= 1 ? 1 : 0;
  }
  return inside;
}

static double estimate(const std::vector<std::int64_t>& inside) {
  const auto total = static_cast<double>(std::accumulate(inside.begin(), inside.end(), std::int64_t{0}));
  return 4 * total / static_cast<double>(kSamples) / static_cast<double>(inside.size());
}

int main() {
  std::vector<std::uint64_t> seeds(32);
  std::iota(seeds.begin(), seeds.end(), 1);

  treadle::Client client;
  const auto counts = client.map(hits, seeds);
  const auto pi = client.submit(estimate, counts);  // starts when all counts are there

  int done = 0;
  for ([[maybe_unused]] const auto& count : treadle::as_completed(counts)) ++done;
  std::cout << done << " counts, pi is about " << pi.result() << '\n';
}

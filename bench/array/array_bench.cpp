// The arrays of the benchmarks: a stencil and trigonometry over elements in memory, beside NumPy's, Numba's
// and Dask's figures for the same. Each is checked against its answer.
//
//     BUILD/bench/array --benchmark_filter=Stencil
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <vector>

#include "treadle/array.h"

using treadle::Array;
using treadle::NdArray;

namespace {

/// Numbers between 0 and 1 that need no library: equal in every run.
NdArray noise(const treadle::Shape& shape) {
  std::vector<double> values(static_cast<std::size_t>(treadle::num_elements(shape)));
  std::uint64_t state = 1;
  for (double& value : values) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<double>(state >> 11) * 0x1p-53;
  }
  auto owner = std::make_shared<const std::vector<double>>(std::move(values));
  return {treadle::ElementKind::kFloat64, shape, owner->data(), owner, true};
}

/// (x + x.T - x.mean(axis=0)).sum() of a square: twice the sum less the sum.
void stencil(benchmark::State& state) {
  const NdArray values = noise({state.range(0), state.range(0)});
  const Array x = treadle::array::from_nd_array(values, 1000);
  const double expected = x.sum().compute().item<double>();
  for (auto unused : state) {
    const double sum = (x + x.transpose() - x.mean({.axes = 0})).sum().compute().item<double>();
    if (std::abs(sum - expected) > 1e-9 * expected) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * values.size());
}

/// mean(sin(x)^2 + cos(x)^2), which is 1.
void trigonometry(benchmark::State& state) {
  const NdArray values = noise({state.range(0)});
  const Array x = treadle::array::from_nd_array(values, 1'000'000);
  const auto squared = [](const Array& a) { return treadle::array::apply("square", {a}); };
  for (auto unused : state) {
    const Array y = squared(treadle::array::apply("sin", {x})) + squared(treadle::array::apply("cos", {x}));
    if (std::abs(y.mean().compute().item<double>() - 1) > 1e-12) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * values.size());
}

}  // namespace

BENCHMARK(stencil)->Name("Stencil")->Arg(2000)->Arg(10'000)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(trigonometry)
    ->Name("Trigonometry")
    ->Arg(4'000'000)
    ->Arg(100'000'000)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_MAIN();

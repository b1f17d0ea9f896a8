// How far each day's temperature is from its place's mean, of a made-up climate that is larger than the
// memory that the job may have: a few chunks are there at once, the others wait on disk.
//
//     example_anomaly [DAYS [MEGABYTES]]
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "treadle/array.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/engine.h"
#include "treadle/error.h"

using treadle::Array;

int main(int argc, char** argv) {
  try {
    const std::int64_t days = argc > 1 ? std::stoll(argv[1]) : 730;
    const std::size_t budget = (argc > 2 ? std::stoull(argv[2]) : 32) << 20;
    treadle::array::Random random(2026);
    // Days, latitudes, longitudes; some days a chunk.
    const Array noise =
        random.normal(15, 4, {days, 90, 180}, treadle::Chunking::some({{0, std::int64_t{10}}}));
    const Array season =
        treadle::array::apply("sin", {treadle::array::arange(days) * (2 * 3.141592653589793 / 365)});
    const Array temperature = noise + treadle::array::reshape(season, {days, 1, 1}) * 10;

    const treadle::ReduceOptions over_days{.axes = 0};
    const Array anomaly = (temperature - temperature.mean(over_days)) / temperature.std(over_days);
    const Array extreme = (treadle::array::apply("absolute", {anomaly}) > 3).sum();

    // Nothing has been computed so far; both answers come from one run, which may hold `budget` bytes.
    treadle::ComputeOptions options;
    options.run.working_memory = budget;
    std::optional<treadle::Run> run;
    options.on_start = [&](const treadle::Run& started) { run = started; };
    const Array wanted[] = {extreme, temperature.mean()};
    const auto results = treadle::array::compute(wanted, options);
    std::cout << results[0].item<std::int64_t>() << " of " << temperature.size()
              << " days and places are extreme; " << results[1].to_string() << " degrees on average\n";

    const std::size_t size = static_cast<std::size_t>(temperature.size()) * sizeof(double);
    const std::size_t peak = run->statistics().peak_working_memory;
    std::cout << (size >> 20) << " MiB of temperatures " << (peak <= budget ? "within " : "NOT within ")
              << (budget >> 20) << " MiB, " << (peak >> 20) << " MiB at most\n";
    return peak <= budget && size > budget ? 0 : 1;
  } catch (const treadle::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

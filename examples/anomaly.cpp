// How far each day's temperature is from its place's mean, of a made-up climate: random numbers in chunks, of
// which a few are in memory at once.
//
//     example_anomaly [DAYS]
#include <cstdlib>
#include <iostream>
#include <string>

#include "treadle/array.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/error.h"

using treadle::Array;

int main(int argc, char** argv) {
  try {
    const std::int64_t days = argc > 1 ? std::stoll(argv[1]) : 730;
    treadle::array::Random random(2026);
    // Days, latitudes, longitudes; some days a chunk.
    const Array noise =
        random.normal(15, 4, {days, 90, 180}, treadle::Chunking::some({{0, std::int64_t{90}}}));
    const Array season =
        treadle::array::apply("sin", {treadle::array::arange(days) * (2 * 3.141592653589793 / 365)});
    const Array temperature = noise + treadle::array::reshape(season, {days, 1, 1}) * 10;

    const treadle::ReduceOptions over_days{.axes = {{0}}};
    const Array anomaly = (temperature - temperature.mean(over_days)) / temperature.std(over_days);
    const Array extreme = (treadle::array::apply("absolute", {anomaly}) > 3).sum();

    // Nothing has been computed so far; both answers come from one run.
    const Array wanted[] = {extreme, temperature.mean()};
    const auto results = treadle::array::compute(wanted);
    std::cout << results[0].item<std::int64_t>() << " of " << temperature.size()
              << " days and places are extreme; " << results[1].to_string() << " degrees on average\n";
  } catch (const treadle::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

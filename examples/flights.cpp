// The main job as a C++ program: late flights as a Parquet data set, and a summary by carrier, from one
// reading.
//
//     tools/flights.py && build/release/examples/example_flights
#include <iostream>

#include "treadle/data_frame.h"
#include "treadle/error.h"

using treadle::col;

int main() try {
  const auto late = treadle::read_csv("data/flights/*.csv").filter(col("dep_delay") > 0);
  const auto summary =
      late.group_by({col("carrier")})
          .agg({col("arr_delay").mean().alias("mean"), col("arr_delay").count().alias("count")})
          .sort({{"mean", true}});

  treadle::ParquetWriteOptions by_origin;
  by_origin.partition_on = {"origin"};
  by_origin.mode = treadle::WriteMode::kOverwrite;
  const auto tables = treadle::run_sinks({{late, "data/out/late", by_origin}, {summary, {}, {}}});
  std::cout << tables[1].to_string(20) << '\n';
} catch (const treadle::Error& error) {
  std::cerr << error.kind() << ": " << error.what() << '\n';
  return 1;
}

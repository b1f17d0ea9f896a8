// Writes a small CSV file, then counts and averages by group: enough to see that an installed Treadle works.
#include <treadle/data_frame.h>
#include <treadle/error.h>

#include <fstream>
#include <iostream>

using treadle::col;

int main() try {
  std::ofstream("flights.csv") << "carrier,distance\nUA,1400\nAA,1089\nUA,719\nDL,762\nUA,2475\nAA,733\n";

  const treadle::Table table =
      treadle::read_csv("flights.csv")
          .group_by({col("carrier")})
          .agg({treadle::count().alias("flights"), col("distance").mean().alias("mean_distance")})
          .sort({{"flights", true}})
          .compute();
  std::cout << table.to_string() << '\n';
  return table.num_rows() == 3 && table.at(0, "carrier") == "UA" ? 0 : 1;
} catch (const treadle::Error& error) {
  std::cerr << error.kind() << ": " << error.what() << '\n';
  return 1;
}

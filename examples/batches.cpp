// Results larger than memory: write them to a data set, or take them piece by piece.
//
// batches() hands out a result while it is made, in order, and lets the run wait when nobody takes them:
// memory stays bounded however long the result is. write_parquet() makes a directory that appears complete or
// not at all.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "treadle/data_frame.h"
#include "treadle/error.h"

using treadle::col;

int main() try {
  const auto folder = std::filesystem::temp_directory_path() / "treadle_example_batches";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (int part = 0; part < 3; ++part) {
    std::ofstream file(folder / ("numbers" + std::to_string(part) + ".csv"));
    file << "n,square\n";
    for (int n = 1000 * part; n < 1000 * (part + 1); ++n) file << n << ',' << n * n << '\n';
  }

  // One pattern, many files, one frame.
  const auto even = treadle::read_csv((folder / "numbers*.csv").string()).filter(col("n") % 2 == 0);

  std::int64_t rows = 0;
  treadle::BatchReader batches = even.batches();
  for (treadle::Table batch; batches.next(batch);) rows += batch.num_rows();
  std::cout << rows << " even numbers\n";

  // Columns in partition_on become directories; reading the data set brings them back.
  const std::string data_set = (folder / "by_digit").string();
  treadle::ParquetWriteOptions by_digit;
  by_digit.partition_on = {"digit"};
  even.with_columns({(col("n") % 10).alias("digit")}).write_parquet(data_set, by_digit);

  const auto read_back = treadle::read_parquet(data_set);
  std::cout << read_back.filter(col("digit") == 4).select({col("square").max()}).compute().to_string()
            << '\n';
  std::filesystem::remove_all(folder);
} catch (const treadle::Error& error) {
  std::cerr << error.kind() << ": " << error.what() << '\n';
  return 1;
}

// Reads all columns of a CSV file into memory, as the peers beside it do.
#include <exception>
#include <iostream>

#include "treadle/data_frame.h"
#include "treadle/error.h"

int main(int argc, char** argv) try {
  if (argc != 2) throw treadle::InvalidArgument("usage: csv_ingest FILE.csv");
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  const treadle::Table table = treadle::read_csv(argv[1]).compute(options);
  std::cout << table.num_rows();
  for (const char* column : {"id", "amount", "time"}) {
    std::cout << ' ' << table.at(table.num_rows() - 1, column).to_string();
  }
  std::cout << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

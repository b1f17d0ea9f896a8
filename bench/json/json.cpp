// JSON lines: filter, pluck, mean.
#include <exception>
#include <iomanip>
#include <iostream>

#include "treadle/bag.h"

int main(int argc, char** argv) try {
  if (argc != 2) throw treadle::InvalidArgument("usage: json 'PATTERN'");
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  const auto records = treadle::read_text(argv[1]).json();
  const auto amounts = records.filter(treadle::item("status") == "paid").pluck("amount");
  std::cout << std::setprecision(12) << amounts.moments().compute(options).mean() << '\n';
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

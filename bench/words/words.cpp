// Counts the words of text files, in lower case, and prints the ten most frequent.
#include <exception>
#include <iostream>

#include "treadle/bag.h"

int main(int argc, char** argv) try {
  if (argc != 2) throw treadle::InvalidArgument("usage: words 'PATTERN'");
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  const auto words = treadle::read_text(argv[1]).lower().split().flatten();
  for (const auto& [word, count] : words.frequencies().top_counts(10).compute(options)) {
    std::cout << word << ' ' << count << '\n';
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

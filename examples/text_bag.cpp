// The most frequent words of text files, and what JSON lines say, by bags.
#include <exception>
#include <fstream>
#include <iostream>

#include "treadle/bag.h"

int main(int argc, char** argv) try {
  const std::vector<std::string> files(argv + 1, argv + argc);
  if (files.empty()) throw treadle::InvalidArgument("usage: text_bag FILE...");

  // Text runs natively: one pass over the bytes, whatever the chain.
  const auto words = treadle::read_text(files).lower().split().flatten();
  for (const auto& [word, count] : words.frequencies().top_counts(3).compute()) {
    std::cout << count << ' ' << word << '\n';
  }
  // Any function of an item, on several threads at once.
  const auto longest = words.map([](const std::string& word) { return word.size(); }).max();
  std::cout << "the longest has " << longest.compute().value_or(0) << " bytes\n";

  std::ofstream("bag_example.json") << R"({"host": "a", "ms": 12}
{"host": "b", "ms": 250}
{"host": "a", "ms": 38}
)";
  const auto records = treadle::read_text("bag_example.json").json();
  const auto times = records.filter(treadle::item("host") == "a").pluck("ms").moments().compute();
  std::cout << times.count() << " requests of host a, " << times.mean() << " ms each\n";
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

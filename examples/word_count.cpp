// Counts the words of text files with delayed calls: one task a file, and a tree of sums.
//
//     example_word_count README.md docs/*.md
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "treadle/delayed.h"
#include "treadle/error.h"

using Counts = std::map<std::string, int>;

static Counts count_words(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw treadle::IoError("cannot read " + path);
  Counts counts;
  for (std::string word; file >> word;) ++counts[word];
  return counts;
}

static Counts merge(const Counts& a, const Counts& b) {
  Counts merged = a;
  for (const auto& [word, count] : b) merged[word] += count;
  return merged;
}

int main(int argc, char** argv) {
  std::vector<treadle::Delayed<Counts>> parts;
  for (int i = 1; i < argc; ++i) parts.push_back(treadle::delayed(count_words)(std::string(argv[i])));
  if (parts.empty()) {
    std::cerr << "usage: example_word_count FILE...\n";
    return 2;
  }
  while (parts.size() > 1) {
    std::vector<treadle::Delayed<Counts>> level;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      level.push_back(treadle::delayed(merge)(parts[i], parts[i + 1]));
    }
    if (parts.size() % 2 == 1) level.push_back(parts.back());
    parts = std::move(level);
  }
  // Nothing has been read so far.
  try {
    for (const auto& [word, count] : parts.front().compute()) std::cout << count << ' ' << word << '\n';
  } catch (const treadle::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}

#include "portable/tasks.h"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "treadle/delayed.h"

namespace treadle::portable {

Counts count_words(const std::string& text) {
  Counts counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++counts[word];
  return counts;
}

Counts merge(const std::vector<Counts>& parts) {
  Counts merged;
  for (const Counts& part : parts) {
    for (const auto& [word, count] : part) merged[word] += count;
  }
  return merged;
}

std::vector<std::pair<std::string, std::int64_t>> most_frequent(const Counts& counts, std::size_t most) {
  std::vector<std::pair<std::string, std::int64_t>> words(counts.begin(), counts.end());
  std::ranges::stable_sort(words, std::greater(), &std::pair<std::string, std::int64_t>::second);
  words.resize(std::min(most, words.size()));
  return words;
}

double mean(const std::vector<double>& items) {
  return std::accumulate(items.begin(), items.end(), 0.0) / static_cast<double>(items.size());
}

std::int64_t count_of(const Counts& counts, std::string_view word) { return counts.at(std::string(word)); }

TREADLE_TASK(count_words);
TREADLE_TASK(merge);
TREADLE_TASK(most_frequent);
TREADLE_TASK(mean);
TREADLE_TASK(count_of);

}  // namespace treadle::portable

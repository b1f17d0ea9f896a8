#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What both processes of the test know: registered functions of arguments and answers of many types.
namespace treadle::portable {

using Counts = std::map<std::string, std::int64_t>;

Counts count_words(const std::string& text);
Counts merge(const std::vector<Counts>& parts);
/// The `most` most frequent words, equal counts by the alphabet.
std::vector<std::pair<std::string, std::int64_t>> most_frequent(const Counts& counts, std::size_t most);
double mean(const std::vector<double>& items);
/// Throws std::out_of_range unless the word is there.
std::int64_t count_of(const Counts& counts, std::string_view word);

}  // namespace treadle::portable

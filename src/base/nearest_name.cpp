#include "base/nearest_name.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

namespace treadle {
namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Names longer than this are compared by their beginnings: the distance costs the product of the lengths.
constexpr std::size_t kCompared = 64;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string nearest_hint(std::string_view wanted, std::span<const std::string> names) {
  const std::string target = lowered(wanted.substr(0, kCompared));
  std::size_t nearest = std::max<std::size_t>(1, target.size() / 3) + 1;
  const std::string* found = nullptr;
  for (const std::string& name : names) {
    const std::string candidate = lowered(std::string_view(name).substr(0, kCompared));
    const std::size_t gap =
        std::max(candidate.size(), target.size()) - std::min(candidate.size(), target.size());
    if (gap >= nearest) continue;
    const std::size_t distance = edit_distance(target, candidate);
    if (distance < nearest) {
      nearest = distance;
      found = &name;
    }
  }
  return found == nullptr ? "" : "; did you mean \"" + *found + "\"?";
}

}  // namespace treadle

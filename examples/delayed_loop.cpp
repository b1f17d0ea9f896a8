// A loop over ordinary functions, made lazy: what does not depend on one another runs side by side, and what
// two results share is done once.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <vector>

#include "treadle/delayed.h"

static std::vector<int> load(int day) {
  std::vector<int> hours(24);
  for (int hour = 0; hour < 24; ++hour) hours[static_cast<std::size_t>(hour)] = day * hour % 7;
  return hours;
}

static std::vector<int> clean(std::vector<int> hours) {
  std::erase(hours, 0);
  return hours;
}

static int total(const std::vector<std::vector<int>>& days) {
  return std::accumulate(days.begin(), days.end(), 0, [](int sum, const std::vector<int>& hours) {
    return std::accumulate(hours.begin(), hours.end(), sum);
  });
}

static std::size_t longest(const std::vector<std::vector<int>>& days) {
  return std::ranges::max_element(days, {}, &std::vector<int>::size)->size();
}

int main() {
  std::vector<treadle::Delayed<std::vector<int>>> days;
  for (int day = 1; day <= 30; ++day) days.push_back(treadle::delayed(clean)(treadle::delayed(load)(day)));

  // Nothing has run so far; now each day is loaded once.
  const auto [sum, most] = treadle::compute(treadle::delayed(total)(days), treadle::delayed(longest)(days));
  std::cout << sum << " in all, at most " << most << " hours a day\n";
}

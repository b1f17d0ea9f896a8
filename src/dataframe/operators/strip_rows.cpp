#include "dataframe/operators/strip_rows.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace treadle::dataframe {

namespace {

constexpr std::int64_t kStripRows = 1 << 20;

}  // namespace

Value value_of(StripRows strips) {
  const std::size_t bytes = sizeof(StripRows) + strips.rows.capacity() * sizeof(std::int64_t);
  return Value::pinned(std::move(strips), bytes);
}

std::vector<StripRows> strips_of(std::span<const Value> values) {
  std::vector<StripRows> strips;
  for (const Value& value : values) strips.push_back(value.get<StripRows>());
  return strips;
}

std::int64_t count_rows(const StripRows& strips) {
  return std::accumulate(strips.rows.begin(), strips.rows.end(), std::int64_t{0});
}

StripRows strips_of_rows(std::int64_t rows, std::size_t partition) {
  StripRows strips{partition, {}};
  for (; rows > 0; rows -= kStripRows) strips.rows.push_back(std::min(rows, kStripRows));
  return strips;
}

StripIndex::StripIndex(std::span<const StripRows> partitions) {
  std::int64_t end = 0;
  for (const StripRows& partition : partitions) {
    for (const std::int64_t rows : partition.rows) ends_.push_back(end += rows);
  }
}

std::size_t StripIndex::strip_of(std::int64_t place) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(ends_, place) - ends_.begin());
}

void StripIndex::count(const columnar::Column& places, std::vector<std::int64_t>& counts) const {
  counts.resize(num_strips());
  if (places.length() == 0) return;
  const auto* place = places.values_as<std::int64_t>();
  std::size_t strip = strip_of(place[0]);
  for (std::int64_t row = 0; row < places.length(); ++row) {
    while (ends_[strip] <= place[row]) ++strip;
    ++counts[strip];
  }
}

}  // namespace treadle::dataframe

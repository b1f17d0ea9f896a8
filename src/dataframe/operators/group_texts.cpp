#include "dataframe/operators/group_texts.h"

#include <cstring>

#include "columnar/builder.h"

namespace treadle::dataframe {
namespace {

constexpr std::size_t kCompactFrom = std::size_t{1} << 16;

}  // namespace

void GroupTexts::set(std::uint32_t group, std::string_view text) {
  Place& place = places_[group];
  const std::size_t before = has(group) ? place.size : 0;
  live_ = live_ - before + text.size();
  if (has(group) && text.size() <= before) {
    if (!text.empty()) std::memcpy(bytes_.data() + place.offset, text.data(), text.size());
    place.size = text.size();
    return;
  }
  place = Place{bytes_.size(), text.size()};
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  if (bytes_.size() > kCompactFrom && bytes_.size() > 2 * live_) compact();
}

void GroupTexts::remove(std::uint32_t group) noexcept {
  if (has(group)) live_ -= places_[group].size;
  places_[group] = Place{};
}

void GroupTexts::compact() {
  std::vector<char> kept;
  kept.reserve(live_ + live_ / 2);
  for (std::uint32_t group = 0; group < places_.size(); ++group) {
    if (!has(group)) continue;
    const std::string_view text = this->text(group);
    places_[group].offset = kept.size();
    kept.insert(kept.end(), text.begin(), text.end());
  }
  bytes_ = std::move(kept);
}

columnar::Column GroupTexts::values(const DataType& type, std::span<const std::uint32_t> groups) const {
  columnar::TextBuilder builder;
  builder.reserve(static_cast<std::int64_t>(groups.size()), 0);
  for (const std::uint32_t group : groups) {
    has(group) ? builder.append(text(group)) : builder.append_null();
  }
  return builder.finish(type);
}

void GroupTexts::clear() {
  places_.clear();
  bytes_.clear();
  live_ = 0;
}

}  // namespace treadle::dataframe

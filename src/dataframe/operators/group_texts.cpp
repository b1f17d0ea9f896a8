#include "dataframe/operators/group_texts.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "columnar/builder.h"

namespace treadle::dataframe {
namespace {

constexpr std::size_t kCompactFrom = std::size_t{1} << 16;

}  // namespace

void GroupTexts::set(std::uint32_t group, std::string_view text) {
  Place& place = places_[group];
  const std::size_t room = place.is_far() ? place.size : 0;
  if (has(group)) live_ -= place.size;
  far_ -= room;
  live_ += text.size();
  place.size = text.size();
  if (!place.is_far()) {
    std::copy(text.begin(), text.end(), place.bytes.begin());
    return;
  }
  far_ += text.size();
  if (text.size() <= room) {
    std::memcpy(bytes_.data() + place.offset(), text.data(), text.size());
    return;
  }
  place.set_offset(bytes_.size());
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  if (bytes_.size() > kCompactFrom && bytes_.size() > 2 * far_) compact();
}

void GroupTexts::remove(std::uint32_t group) noexcept {
  if (has(group)) live_ -= places_[group].size;
  if (places_[group].is_far()) far_ -= places_[group].size;
  places_[group] = Place{};
}

void GroupTexts::compact() {
  std::vector<char> kept;
  kept.reserve(far_ + far_ / 2);
  for (std::uint32_t group = 0; group < places_.size(); ++group) {
    if (!places_[group].is_far()) continue;
    const std::string_view text = this->text(group);
    places_[group].set_offset(kept.size());
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
  far_ = 0;
}

}  // namespace treadle::dataframe

#include "treadle/schema.h"

#include <algorithm>
#include <numeric>

#include "base/nearest_name.h"
#include "treadle/error.h"

namespace treadle {

Schema::Schema(std::vector<Field> fields) : fields_(std::move(fields)) {
  std::vector<std::uint32_t> by_name(fields_.size());
  std::iota(by_name.begin(), by_name.end(), 0);
  const auto name = [this](std::uint32_t place) -> const std::string& { return fields_[place].name; };
  std::sort(by_name.begin(), by_name.end(), [&](auto a, auto b) { return name(a) < name(b); });
  const auto twice =
      std::adjacent_find(by_name.begin(), by_name.end(), [&](auto a, auto b) { return name(a) == name(b); });
  if (twice != by_name.end()) {
    throw InvalidArgument("column names must be unique; found twice: \"" + name(*twice) + "\"");
  }
  // Below, looking at each name is faster than a search.
  constexpr std::size_t kFew = 16;
  if (fields_.size() > kFew) by_name_ = std::move(by_name);
}

std::optional<std::size_t> Schema::find(std::string_view name) const noexcept {
  if (!by_name_.empty()) {
    const auto at = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [this](std::uint32_t place, std::string_view text) { return fields_[place].name < text; });
    if (at == by_name_.end() || fields_[*at].name != name) return std::nullopt;
    return *at;
  }
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].name == name) return i;
  }
  return std::nullopt;
}

std::size_t Schema::index_of(std::string_view name) const {
  if (const auto index = find(name)) return *index;
  throw NotFound("no column is named \"" + std::string(name) + "\"" + nearest_hint(name, names()));
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> names;
  names.reserve(fields_.size());
  for (const Field& field : fields_) names.push_back(field.name);
  return names;
}

std::string Schema::to_string() const {
  std::string text;
  for (const Field& field : fields_) {
    text += field.name + ": " + field.type.to_string() + (field.sampled ? " (sampled)\n" : "\n");
  }
  return text;
}

}  // namespace treadle

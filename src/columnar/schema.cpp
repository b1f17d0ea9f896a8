#include "treadle/schema.h"

#include <unordered_set>

#include "base/nearest_name.h"
#include "treadle/error.h"

namespace treadle {

Schema::Schema(std::vector<Field> fields) : fields_(std::move(fields)) {
  std::unordered_set<std::string_view> seen;
  for (const Field& field : fields_) {
    if (!seen.insert(field.name).second) {
      throw InvalidArgument("column names must be unique; found twice: \"" + field.name + "\"");
    }
  }
}

std::optional<std::size_t> Schema::find(std::string_view name) const noexcept {
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

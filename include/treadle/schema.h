#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/data_type.h"

namespace treadle {

/// A column's name and type.
struct Field {
  std::string name;
  DataType type;
  /// The type was inferred from a sample and can still widen while the data is read.
  bool sampled = false;

  bool operator==(const Field&) const = default;
};

/// The columns of a table, in order. Names are unique.
class Schema {
 public:
  Schema() = default;
  /// Throws InvalidArgument naming a name that occurs twice.
  explicit Schema(std::vector<Field> fields);

  std::size_t num_fields() const noexcept { return fields_.size(); }
  const std::vector<Field>& fields() const noexcept { return fields_; }
  const Field& field(std::size_t index) const { return fields_[index]; }
  /// Logarithmic in the number of columns.
  std::optional<std::size_t> find(std::string_view name) const noexcept;
  /// Throws NotFound, suggesting the nearest name.
  std::size_t index_of(std::string_view name) const;
  std::vector<std::string> names() const;

  /// One line a column: "name: type", with "(sampled)" behind types that can still widen.
  std::string to_string() const;
  bool operator==(const Schema&) const = default;

 private:
  std::vector<Field> fields_;
  std::vector<std::uint32_t> by_name_;  // places of the fields, sorted by name; empty for a few fields
};

}  // namespace treadle

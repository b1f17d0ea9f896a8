#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "treadle/data_type.h"

namespace treadle {

class KeyBuilder;

/// One value of any type without children, or a null.
///
/// Held as bool, int64 (signed integers, dates, times, timestamps, durations), uint64, double, or text (utf8,
/// binary, and decimals by their digits).
class Scalar {
 public:
  using Storage = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string>;

  /// The null of the null type.
  Scalar() = default;
  // NOLINTBEGIN(google-explicit-constructor)
  Scalar(bool value) : type_(TypeId::kBool), storage_(value) {}
  Scalar(int value) : Scalar(static_cast<std::int64_t>(value)) {}
  Scalar(std::int64_t value) : type_(TypeId::kInt64), storage_(value) {}
  Scalar(std::uint64_t value) : type_(TypeId::kUInt64), storage_(value) {}
  Scalar(double value) : type_(TypeId::kFloat64), storage_(value) {}
  Scalar(std::string value) : type_(TypeId::kUtf8), storage_(std::move(value)) {}
  Scalar(std::string_view value) : Scalar(std::string(value)) {}
  Scalar(const char* value) : Scalar(std::string(value)) {}
  // NOLINTEND(google-explicit-constructor)
  /// A value of exactly this type; monostate makes its null. Throws TypeError if the storage does not fit the
  /// type.
  Scalar(DataType type, Storage storage);

  const DataType& type() const noexcept { return type_; }
  bool is_null() const noexcept { return storage_.index() == 0; }
  const Storage& storage() const noexcept { return storage_; }

  /// As it would be typed in an expression: 3, 2.5, "text", null, 2013-01-31.
  std::string to_string() const;
  void add_to(KeyBuilder& key) const;
  bool operator==(const Scalar&) const = default;

 private:
  DataType type_;
  Storage storage_;
};

}  // namespace treadle

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace treadle {

/// The kinds of types that columns can have. Every one can be read, carried, spilled and written; an operator
/// that does not compute on one throws TypeError.
enum class TypeId : std::uint8_t {
  kNull,
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat32,
  kFloat64,
  kDecimal128,
  kDate,       ///< days since 1970-01-01, 32 bits (Arrow's date32)
  kTime,       ///< since midnight, 64 bits, in its unit
  kTimestamp,  ///< since 1970-01-01T00:00, 64 bits, in its unit; UTC if it has a zone, else "as the clock
               ///< shows"
  kDuration,   ///< 64 bits, in its unit
  kUtf8,
  kBinary,
  kList,
  kStruct,
};

enum class TimeUnit : std::uint8_t { kSecond, kMilli, kMicro, kNano };

struct Field;

/// The type of a column: a kind and, for some, parameters. A value type; cheap to copy. Whether text is
/// dictionary-coded is no part of the type but of a column's layout.
class DataType {
 public:
  /// The null type.
  DataType() = default;
  DataType(TypeId id);  // NOLINT(google-explicit-constructor): a kind without parameters is a type
  static DataType decimal(int precision, int scale);
  static DataType time(TimeUnit unit);
  /// `zone`: an IANA name or an offset such as "+02:00"; empty for none.
  static DataType timestamp(TimeUnit unit, std::string zone = {});
  static DataType duration(TimeUnit unit);
  static DataType list(DataType element);
  static DataType structure(std::vector<Field> fields);
  /// The inverse of to_string(); also takes the usual aliases ("int", "str", "string", "float", "double",
  /// "datetime", "boolean", "category", numpy's "datetime64[ns]", SQL's "bigint", "varchar" ...). Throws
  /// InvalidArgument.
  static DataType from_string(std::string_view text);

  TypeId id() const noexcept { return id_; }
  TimeUnit unit() const noexcept { return unit_; }
  const std::string& zone() const noexcept;
  int precision() const noexcept { return precision_; }
  int scale() const noexcept { return scale_; }
  /// The element of a list (one), the fields of a struct; else empty.
  const std::vector<Field>& fields() const noexcept;

  bool is_integer() const noexcept { return id_ >= TypeId::kInt8 && id_ <= TypeId::kUInt64; }
  bool is_signed_integer() const noexcept { return id_ >= TypeId::kInt8 && id_ <= TypeId::kInt64; }
  bool is_float() const noexcept { return id_ == TypeId::kFloat32 || id_ == TypeId::kFloat64; }
  bool is_numeric() const noexcept { return is_integer() || is_float() || id_ == TypeId::kDecimal128; }
  bool is_temporal() const noexcept { return id_ >= TypeId::kDate && id_ <= TypeId::kDuration; }
  bool is_nested() const noexcept { return id_ == TypeId::kList || id_ == TypeId::kStruct; }
  /// Bytes of a value in a fixed-width column; 0 for bool, text, binary, nested and null.
  int byte_width() const noexcept;

  /// "int64", "timestamp[us, UTC]", "decimal128(12, 2)", "list<utf8>" ...
  std::string to_string() const;
  bool operator==(const DataType& other) const noexcept;

 private:
  struct Parameters;
  TypeId id_ = TypeId::kNull;
  TimeUnit unit_ = TimeUnit::kSecond;
  std::int8_t precision_ = 0;
  std::int8_t scale_ = 0;
  std::shared_ptr<const Parameters> parameters_;  // zone or children; null for most types
};

}  // namespace treadle

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace treadle {

/// What an array's elements are. Datetimes and timedeltas are 64-bit counts of a unit, the least of which is
/// NaT.
enum class ElementKind : std::uint8_t {
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
  kComplex64,
  kComplex128,
  kDatetime,   ///< since 1970-01-01T00:00
  kTimedelta,  ///< a difference of two datetimes
};
inline constexpr std::size_t kNumElementKinds = 15;

/// What datetimes and timedeltas count, coarse to fine. Generic: any, as NumPy's "datetime64" without a unit.
enum class DateUnit : std::uint8_t {
  kGeneric,
  kYear,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMilli,
  kMicro,
  kNano,
  kPico,
  kFemto,
  kAtto,
};

/// The type of an array's elements: NumPy's dtype, native byte order. A value type.
class DType {
 public:
  constexpr DType() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a kind without a unit is a type
  constexpr DType(ElementKind kind) : kind_(kind) {}
  constexpr DType(ElementKind kind, DateUnit unit) : kind_(kind), unit_(unit) {}
  /// From NumPy's names and codes: "float64", "float", "f8", "<f8", "bool", "?", "datetime64[ns]", "<M8[ns]".
  /// Throws TypeError for anything else, and for big-endian codes.
  static DType parse(std::string_view text);

  constexpr ElementKind kind() const noexcept { return kind_; }
  constexpr DateUnit unit() const noexcept { return unit_; }
  /// Bytes of an element.
  std::size_t size() const noexcept;
  /// NumPy's name: "float64", "datetime64[ns]".
  std::string name() const;
  /// NumPy's code with its byte order, as .npy and Zarr files have it: "<f8", "|b1", "<M8[ns]".
  std::string code() const;

  constexpr bool is_bool() const noexcept { return kind_ == ElementKind::kBool; }
  constexpr bool is_signed() const noexcept {
    return kind_ >= ElementKind::kInt8 && kind_ <= ElementKind::kInt64;
  }
  constexpr bool is_unsigned() const noexcept {
    return kind_ >= ElementKind::kUInt8 && kind_ <= ElementKind::kUInt64;
  }
  constexpr bool is_integer() const noexcept { return is_signed() || is_unsigned(); }
  constexpr bool is_float() const noexcept {
    return kind_ == ElementKind::kFloat32 || kind_ == ElementKind::kFloat64;
  }
  constexpr bool is_complex() const noexcept {
    return kind_ == ElementKind::kComplex64 || kind_ == ElementKind::kComplex128;
  }
  constexpr bool is_time() const noexcept {
    return kind_ == ElementKind::kDatetime || kind_ == ElementKind::kTimedelta;
  }
  constexpr bool operator==(const DType&) const noexcept = default;

 private:
  ElementKind kind_ = ElementKind::kFloat64;
  DateUnit unit_ = DateUnit::kGeneric;
};

/// The type that holds values of both: NumPy's result_type of two arrays. Throws TypeError where there is
/// none (datetimes and numbers).
DType promote(DType a, DType b);
/// Whether every value of `from` is one of `to`: NumPy's can_cast(from, to, "safe").
bool can_cast_safely(DType from, DType to);

}  // namespace treadle

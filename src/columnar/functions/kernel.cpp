#include "columnar/functions/kernel.h"

#include <string>

#include "columnar/decimal.h"
#include "treadle/error.h"

namespace treadle::columnar::functions {

template <class T>
T value_of(const Scalar& scalar) {
  const Scalar::Storage& storage = scalar.storage();
  switch (storage.index()) {
    case 1:
      return static_cast<T>(std::get<bool>(storage));
    case 2:
      return static_cast<T>(std::get<std::int64_t>(storage));
    case 3:
      return static_cast<T>(std::get<std::uint64_t>(storage));
    case 4:
      return static_cast<T>(std::get<double>(storage));
    default:
      return T{};
  }
}

template <>
int128_t value_of<int128_t>(const Scalar& scalar) {
  if (scalar.type().id() != TypeId::kDecimal128) return value_of<std::int64_t>(scalar);
  const auto& digits = std::get<std::string>(scalar.storage());
  if (const auto value = parse_decimal(digits, scalar.type().scale())) return *value;
  throw InvalidArgument("expected the digits of a " + scalar.type().to_string() + "; found \"" + digits +
                        "\"");
}

template std::int8_t value_of<std::int8_t>(const Scalar&);
template std::int16_t value_of<std::int16_t>(const Scalar&);
template std::int32_t value_of<std::int32_t>(const Scalar&);
template std::int64_t value_of<std::int64_t>(const Scalar&);
template std::uint8_t value_of<std::uint8_t>(const Scalar&);
template std::uint16_t value_of<std::uint16_t>(const Scalar&);
template std::uint32_t value_of<std::uint32_t>(const Scalar&);
template std::uint64_t value_of<std::uint64_t>(const Scalar&);
template float value_of<float>(const Scalar&);
template double value_of<double>(const Scalar&);

namespace {

[[noreturn]] void throw_parameter(std::string_view function, std::string_view parameter,
                                  std::string_view wanted) {
  throw InvalidArgument(std::string(function) + " takes " + std::string(wanted) + " as its " +
                        std::string(parameter) + ", the same for all rows");
}

}  // namespace

std::string_view text_parameter(const Datum& datum, std::string_view function, std::string_view parameter) {
  const auto* text = is_scalar(datum) ? std::get_if<std::string>(&scalar_of(datum).storage()) : nullptr;
  if (text == nullptr) throw_parameter(function, parameter, "one text");
  return *text;
}

std::int64_t integer_parameter(const Datum& datum, std::string_view function, std::string_view parameter) {
  if (is_scalar(datum)) {
    const Scalar::Storage& storage = scalar_of(datum).storage();
    if (const auto* value = std::get_if<std::int64_t>(&storage)) return *value;
    if (const auto* value = std::get_if<std::uint64_t>(&storage)) return static_cast<std::int64_t>(*value);
  }
  throw_parameter(function, parameter, "one integer");
}

BufferPtr joint_validity(Arguments arguments, std::int64_t length) {
  BufferPtr validity;
  for (const Datum& argument : arguments) {
    if (is_scalar(argument) || column_of(argument).has_no_nulls()) continue;
    validity = and_bits(validity, column_of(argument).validity(), length);
  }
  return validity;
}

}  // namespace treadle::columnar::functions

#include "treadle/scalar.h"

#include "columnar/format.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle {
namespace {

/// The storage that values of a type have.
std::size_t storage_of(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
      return 0;
    case TypeId::kBool:
      return 1;
    case TypeId::kUInt8:
    case TypeId::kUInt16:
    case TypeId::kUInt32:
    case TypeId::kUInt64:
      return 3;
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      return 4;
    case TypeId::kUtf8:
    case TypeId::kBinary:
    case TypeId::kDecimal128:
      return 5;
    case TypeId::kList:
    case TypeId::kStruct:
      return std::variant_npos;
    default:
      return 2;
  }
}

std::string quoted(const std::string& text) {
  std::string out(1, '"');
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

}  // namespace

Scalar::Scalar(DataType type, Storage storage) : type_(std::move(type)), storage_(std::move(storage)) {
  if (storage_.index() == 0 || storage_.index() == storage_of(type_)) return;
  static constexpr const char* kHeldAs[] = {"null",     "a bool", "a signed integer", "an unsigned integer",
                                            "a double", "text"};
  throw TypeError("a scalar of type " + type_.to_string() + " cannot be held as " +
                  kHeldAs[storage_.index()]);
}

std::string Scalar::to_string() const {
  if (is_null()) return "null";
  if (type_.id() == TypeId::kUtf8) return quoted(std::get<std::string>(storage_));
  std::string text;
  columnar::append_scalar(text, *this);
  return text;
}

void Scalar::add_to(KeyBuilder& key) const {
  key.add(type_.to_string()).add(static_cast<std::int64_t>(storage_.index()));
  switch (storage_.index()) {
    case 1:
      key.add(std::get<bool>(storage_));
      break;
    case 2:
      key.add(std::get<std::int64_t>(storage_));
      break;
    case 3:
      key.add(std::get<std::uint64_t>(storage_));
      break;
    case 4:
      key.add(std::get<double>(storage_));
      break;
    case 5:
      key.add(std::string_view(std::get<std::string>(storage_)));
      break;
    default:
      break;
  }
}

}  // namespace treadle

#include "io/hdf5/element_types.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/error.h"

namespace treadle::io::hdf5 {
namespace {

using Kind = ElementType::Kind;

constexpr std::string_view kTimeTag = "NUMPY:";

/// Text that the library allocated.
std::string take_text(char* text) {
  if (text == nullptr) return {};
  std::string taken = text;
  H5free_memory(text);
  return taken;
}

std::optional<ElementType> number(Kind kind, hid_t type) {
  const std::size_t size = H5Tget_size(type);
  const bool known = kind == Kind::kFloat ? size == 2 || size == 4 || size == 8
                                          : size == 1 || size == 2 || size == 4 || size == 8;
  if (!known) return std::nullopt;
  return ElementType{
      kind, static_cast<std::uint8_t>(size), size > 1 && H5Tget_order(type) == H5T_ORDER_BE, {}};
}

/// h5py's booleans: an enumeration of FALSE and TRUE.
std::optional<ElementType> boolean(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return std::nullopt;
  if (take_text(H5Tget_member_name(type, 0)) != "FALSE" || take_text(H5Tget_member_name(type, 1)) != "TRUE")
    return std::nullopt;
  return ElementType{Kind::kBool, 1, false, {}};
}

/// h5py's complex numbers: a record of r and i, one behind the other.
std::optional<ElementType> complex(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return std::nullopt;
  const Handle part(H5Tget_member_type(type, 0), H5Tclose);
  const Handle other(H5Tget_member_type(type, 1), H5Tclose);
  const std::size_t size = H5Tget_size(part.get());
  if (H5Tget_class(part.get()) != H5T_FLOAT || H5Tequal(part.get(), other.get()) <= 0 ||
      (size != 4 && size != 8) || take_text(H5Tget_member_name(type, 0)) != "r" ||
      take_text(H5Tget_member_name(type, 1)) != "i" || H5Tget_member_offset(type, 0) != 0 ||
      H5Tget_member_offset(type, 1) != size || H5Tget_size(type) != 2 * size)
    return std::nullopt;
  return ElementType{
      Kind::kComplex, static_cast<std::uint8_t>(2 * size), H5Tget_order(part.get()) == H5T_ORDER_BE, {}};
}

std::optional<ElementType> tagged(hid_t type) {
  const std::string tag = take_text(H5Tget_tag(type));
  if (!tag.starts_with(kTimeTag)) return std::nullopt;
  try {
    return ElementType::from_string(std::string_view(tag).substr(kTimeTag.size()));
  } catch (const TypeError&) {
    return std::nullopt;
  }
}

hid_t whole_number(const ElementType& element) {
  const bool with_sign = element.kind == Kind::kSigned;
  switch (element.size) {
    case 1:
      return with_sign ? H5T_STD_I8LE : H5T_STD_U8LE;
    case 2:
      return with_sign ? H5T_STD_I16LE : H5T_STD_U16LE;
    case 4:
      return with_sign ? H5T_STD_I32LE : H5T_STD_U32LE;
    default:
      return with_sign ? H5T_STD_I64LE : H5T_STD_U64LE;
  }
}

/// IEEE's half precision, which the library has no name for.
Handle half() {
  Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  return type;
}

Handle real(std::size_t size) {
  if (size == 2) return half();
  return {H5Tcopy(size == 4 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE), H5Tclose};
}

Handle pair(std::size_t size) {
  Handle type(H5Tcreate(H5T_COMPOUND, size), H5Tclose);
  const Handle part = real(size / 2);
  H5Tinsert(type.get(), "r", 0, part.get());
  H5Tinsert(type.get(), "i", size / 2, part.get());
  return type;
}

Handle truth() {
  Handle type(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
  for (std::int8_t value = 0; value < 2; ++value)
    H5Tenum_insert(type.get(), value == 0 ? "FALSE" : "TRUE", &value);
  return type;
}

Handle time(const ElementType& element) {
  Handle type(H5Tcreate(H5T_OPAQUE, element.size), H5Tclose);
  H5Tset_tag(type.get(), (std::string(kTimeTag) + element.to_string()).c_str());
  return type;
}

}  // namespace

std::optional<ElementType> element_type_of(hid_t type) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return number(H5Tget_sign(type) == H5T_SGN_NONE ? Kind::kUnsigned : Kind::kSigned, type);
    case H5T_FLOAT:
      return number(Kind::kFloat, type);
    case H5T_ENUM:
      return boolean(type);
    case H5T_COMPOUND:
      return complex(type);
    case H5T_OPAQUE:
      return tagged(type);
    default:
      return std::nullopt;
  }
}

Handle hdf5_type_of(const ElementType& element) {
  switch (element.kind) {
    case Kind::kBool:
      return truth();
    case Kind::kSigned:
    case Kind::kUnsigned:
      return {H5Tcopy(whole_number(element)), H5Tclose};
    case Kind::kFloat:
      return real(element.size);
    case Kind::kComplex:
      return pair(element.size);
    case Kind::kDateTime:
    case Kind::kTimeDelta:
      return time(element);
  }
  throw InternalError("an unknown kind of element");
}

}  // namespace treadle::io::hdf5

#include "io/zarr/metadata.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "io/zarr/json_entries.h"
#include "treadle/error.h"

namespace treadle::io::zarr {
namespace {

using Json = nlohmann::json;
using Kind = ElementType::Kind;

constexpr std::size_t kMostAxes = 64;
constexpr int kHighestLevel = 22;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypeNames = {
    {{"bool", "|b1"},
     {"int8", "|i1"},
     {"int16", "<i2"},
     {"int32", "<i4"},
     {"int64", "<i8"},
     {"uint8", "|u1"},
     {"uint16", "<u2"},
     {"uint32", "<u4"},
     {"uint64", "<u8"},
     {"float16", "<f2"},
     {"float32", "<f4"},
     {"float64", "<f8"},
     {"complex64", "<c8"},
     {"complex128", "<c16"}}};

ElementType element_of(const std::string& text, const std::string& path) {
  try {
    return ElementType::from_string(text);
  } catch (const TypeError& error) {
    throw TypeError(path + ": " + error.what());
  }
}

/// "data_type" of format 3: a name, or an object for times.
ElementType data_type_of(const Entries& entries) {
  const Json& type = entries.get("data_type");
  if (type.is_object()) {
    const Entries inner(type, entries.path());
    const std::string name = inner.text("name");
    const bool datetime = name == "numpy.datetime64";
    if (!datetime && name != "numpy.timedelta64")
      throw TypeError(entries.path() + ": unknown data_type \"" + name + '"');
    const Entries configuration = inner.entries("configuration");
    const std::int64_t scale = configuration.whole("scale_factor", 1, std::numeric_limits<int>::max());
    const std::string unit = configuration.text("unit");
    std::string code = datetime ? "<M8" : "<m8";
    if (unit != "generic") code += '[' + (scale == 1 ? std::string() : std::to_string(scale)) + unit + ']';
    return element_of(code, entries.path());
  }
  const std::string name = entries.text("data_type");
  const auto* const found = std::ranges::find(kTypeNames, name, &decltype(kTypeNames)::value_type::first);
  if (found == kTypeNames.end()) {
    throw TypeError(entries.path() + ": expected a data_type that is bool, integer, float, complex or " +
                    "numpy.datetime64, found \"" + name + '"');
  }
  return ElementType::from_string(found->second);
}

Extents extents_of(const Entries& entries, const char* name, std::int64_t least) {
  const Json& list = entries.get(name);
  if (!list.is_array() || list.size() > kMostAxes) entries.refuse(name, "a list of at most 64 lengths");
  Extents extents;
  for (const Json& one : list) {
    if (!one.is_number_integer() || one.get<std::int64_t>() < least ||
        (one.is_number_unsigned() && one.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())) {
      entries.refuse(name, "lengths of at least " + std::to_string(least));
    }
    extents.push_back(one.get<std::int64_t>());
  }
  return extents;
}

void check_layout(const Metadata& metadata, const std::string& path) {
  const ArrayLayout& layout = metadata.layout;
  if (layout.chunk_shape.size() != layout.shape.size()) {
    throw IoError(path + ": expected as many chunk lengths as axes, found the shape " +
                  to_string(layout.shape) + " and chunks " + to_string(layout.chunk_shape));
  }
  layout.num_bytes(path);
  ArrayLayout{layout.chunk_shape, layout.element, {}}.num_bytes(path);
}

// ---- one element out of JSON
// -------------------------------------------------------------------------------

template <class T>
void put(std::vector<std::byte>& to, T value, std::size_t at = 0) {
  std::memcpy(to.data() + at, &value, sizeof value);
}

/// A float16's bits, rounded to nearest even.
std::uint16_t half_bits(double value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const double size = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  if (size >= 65520.0) return static_cast<std::uint16_t>(sign | 0x7C00);
  int exponent = 0;
  std::frexp(size, &exponent);
  // The last place is 2^-24 for what is subnormal, else 2^(exponent - 11).
  const int last = std::max(exponent - 11, -24);
  const auto places = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(size, -last)));
  return static_cast<std::uint16_t>(sign | (places + (static_cast<std::uint32_t>(last + 24) << 10)));
}

void put_float(std::vector<std::byte>& to, double value, std::size_t width, std::size_t at = 0) {
  if (width == 2) return put(to, half_bits(value), at);
  if (width == 4) return put(to, static_cast<float>(value), at);
  put(to, value, at);
}

/// "0x7fc00000": the bits of an element.
bool put_hex(std::vector<std::byte>& to, const std::string& text, std::size_t width, std::size_t at) {
  std::uint64_t bits = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with("0x") || std::from_chars(text.data() + 2, end, bits, 16).ptr != end) return false;
  std::memcpy(to.data() + at, &bits, width);
  return true;
}

bool put_real(std::vector<std::byte>& to, const Json& value, std::size_t width, std::size_t at) {
  if (value.is_number()) {
    put_float(to, value.get<double>(), width, at);
    return true;
  }
  if (!value.is_string()) return false;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto& text = value.get_ref<const std::string&>();
  if (text == "NaN") {
    put_float(to, std::numeric_limits<double>::quiet_NaN(), width, at);
  } else if (text == "Infinity" || text == "-Infinity") {
    put_float(to, text[0] == '-' ? -kInfinity : kInfinity, width, at);
  } else {
    return put_hex(to, text, width, at);
  }
  return true;
}

bool put_whole(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  if (value.is_number_float()) {
    const double real = value.get<double>();
    if (real != std::trunc(real) || std::fabs(real) > 9e15) return false;
    return put_whole(to, Json(static_cast<std::int64_t>(real)), type);
  }
  if (!value.is_number_integer()) return false;
  const std::int64_t bits = value.get<std::int64_t>();
  const int width = 8 * type.size;
  if (type.kind == Kind::kUnsigned) {
    if (!value.is_number_unsigned() && bits < 0) return false;
    if (width < 64 && (value.get<std::uint64_t>() >> width) != 0) return false;
  } else {
    if (value.is_number_unsigned() && bits < 0) return false;
    if (width < 64 && (bits >> (width - 1)) != 0 && (bits >> (width - 1)) != -1) return false;
  }
  std::memcpy(to.data(), &bits, type.size);
  return true;
}

bool put_time(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  if (!value.is_string()) return put_whole(to, value, {Kind::kSigned, type.size, false, {}});
  if (value.get_ref<const std::string&>() != "NaT") return false;
  put(to, std::numeric_limits<std::int64_t>::min());
  return true;
}

bool put_element(std::vector<std::byte>& to, const Json& value, const ElementType& type) {
  switch (type.kind) {
    case Kind::kBool:
      if (!value.is_boolean() && !(value.is_number_integer() && (value == 0 || value == 1))) return false;
      put(to, static_cast<std::uint8_t>(value.is_boolean() ? value.get<bool>() : value == 1));
      return true;
    case Kind::kSigned:
    case Kind::kUnsigned:
      return put_whole(to, value, type);
    case Kind::kFloat:
      return put_real(to, value, type.size, 0);
    case Kind::kComplex: {
      const std::size_t width = type.size / 2U;
      if (!value.is_array()) return put_real(to, value, width, 0);
      return value.size() == 2 && put_real(to, value[0], width, 0) && put_real(to, value[1], width, width);
    }
    case Kind::kDateTime:
    case Kind::kTimeDelta:
      return put_time(to, value, type);
  }
  return false;
}

std::vector<std::byte> fill_of(const Entries& entries, const ElementType& type) {
  std::vector<std::byte> fill(type.size);
  const Json& value = entries.get("fill_value");
  if (!value.is_null() && !put_element(fill, value, type))
    entries.refuse("fill_value", "a value of type " + type.to_string());
  return fill;
}

Json json_of_fill(const Metadata& metadata) {
  const ElementType& type = metadata.layout.element;
  if (type.kind == Kind::kBool) return metadata.fill[0] != std::byte{0};
  // What is written by Treadle fills with zeros.
  if (std::ranges::any_of(metadata.fill, [](std::byte byte) { return byte != std::byte{0}; }))
    throw InternalError("a Zarr array with a fill value other than zero");
  if (type.kind == Kind::kFloat) return 0.0;
  if (type.kind == Kind::kComplex) return Json::array({0.0, 0.0});
  return 0;
}

// ---- codecs
// ------------------------------------------------------------------------------------------------

[[noreturn]] void refuse_codec(const std::string& path, const std::string& found) {
  throw TypeError(path + ": expected the codecs bytes, transpose, blosc, zstd, gzip or crc32c, found \"" +
                  found + "\"; zarr.open() in Python may read it");
}

int shuffle_of(const Entries& entries) {
  const Json* value = entries.find("shuffle");
  if (value == nullptr) return 1;
  if (value->is_number_integer()) {
    const int number = value->get<int>();
    return number == 0 || number == 2 ? number : 1;  // -1: as fits the element
  }
  const std::string name = entries.text("shuffle");
  return name == "noshuffle" ? 0 : name == "bitshuffle" ? 2 : 1;
}

Codec blosc_of(const Entries& entries, std::size_t type_size) {
  Codec codec{Codec::Kind::kBlosc, 5, "lz4", shuffle_of(entries), type_size};
  if (entries.find("cname") != nullptr) codec.compressor = entries.text("cname");
  if (entries.find("clevel") != nullptr) codec.level = static_cast<int>(entries.whole("clevel", 0, 9));
  return codec;
}

int level_of(const Entries& entries, int otherwise) {
  if (entries.find("level") == nullptr) return otherwise;
  return static_cast<int>(entries.whole("level", -(1 << 17), kHighestLevel));
}

std::optional<Codec> plain_codec(const std::string& name, const Entries& entries) {
  if (name == "zstd") return Codec{Codec::Kind::kZstd, level_of(entries, 0)};
  if (name == "gzip") return Codec{Codec::Kind::kGzip, std::clamp(level_of(entries, 5), 0, 9)};
  if (name == "zlib") return Codec{Codec::Kind::kZlib, std::clamp(level_of(entries, 1), 0, 9)};
  return std::nullopt;
}

std::vector<Codec> compressor_of(const Entries& entries, std::size_t type_size) {
  if (const Json* filters = entries.find("filters");
      filters != nullptr && !filters->is_null() && !(filters->is_array() && filters->empty())) {
    throw TypeError(entries.path() + ": expected no filters, found " + filters->dump().substr(0, 80) +
                    "; zarr.open() in Python may read it");
  }
  const Json& compressor = entries.get("compressor");
  if (compressor.is_null()) return {};
  const Entries inner = entries.entries("compressor");
  const std::string name = inner.text("id");
  if (name == "blosc") return {blosc_of(inner, type_size)};
  const std::optional<Codec> codec = plain_codec(name, inner);
  if (!codec) refuse_codec(entries.path(), name);
  return {*codec};
}

/// Which way around the axes lie, of the codec "transpose".
bool fortran_of(const Entries& codec, std::size_t ndim) {
  const Json& order = codec.entries("configuration").get("order");
  if (order == "C") return false;
  if (order == "F") return true;
  bool forward = order.is_array() && order.size() == ndim;
  bool backward = forward;
  for (std::size_t axis = 0; (forward || backward) && axis < ndim; ++axis) {
    forward = forward && order[axis] == axis;
    backward = backward && order[axis] == ndim - 1 - axis;
  }
  if (!forward && !backward)
    throw TypeError(codec.path() + ": expected axes in C or Fortran order, found " +
                    order.dump().substr(0, 80));
  return !forward;
}

/// The codec `entries` of format 3. False if it is not one of those that turn bytes into bytes.
void add_codec(const Entries& entries, Metadata& metadata, bool& has_bytes) {
  const std::string name = entries.text("name");
  static const Json kNone = Json::object();
  const bool configured = entries.find("configuration") != nullptr;
  const Entries configuration =
      configured ? entries.entries("configuration") : Entries(kNone, entries.path());
  ElementType& element = metadata.layout.element;
  if (!has_bytes) {
    if (name == "transpose") {
      metadata.fortran_order = fortran_of(entries, metadata.layout.shape.size());
    } else if (name == "bytes") {
      has_bytes = true;
      const bool big = configuration.find("endian") != nullptr && configuration.text("endian") == "big";
      element.big_endian = big && element.size > 1;
    } else {
      refuse_codec(entries.path(), name);
    }
  } else if (name == "blosc") {
    metadata.codecs.push_back(blosc_of(configuration, element.size));
  } else if (name == "crc32c") {
    metadata.codecs.push_back({Codec::Kind::kCrc32c});
  } else if (const std::optional<Codec> codec = plain_codec(name, configuration); codec && name != "zlib") {
    metadata.codecs.push_back(*codec);
  } else {
    refuse_codec(entries.path(), name);
  }
}

void read_codecs(const Entries& entries, Metadata& metadata) {
  const Json& list = entries.get("codecs");
  if (!list.is_array() || list.size() > 8) entries.refuse("codecs", "a list of at most 8 codecs");
  bool has_bytes = false;
  for (const Json& one : list) {
    // A codec without parameters may be its name.
    const Json named = one.is_string() ? Json{{"name", one}} : one;
    if (!named.is_object()) entries.refuse("codecs", "objects with a name");
    add_codec(Entries(named, entries.path()), metadata, has_bytes);
  }
  if (!has_bytes) entries.refuse("codecs", "the codec \"bytes\"");
}

void read_chunk_names(const Entries& entries, Metadata& metadata) {
  const Entries encoding = entries.entries("chunk_key_encoding");
  const std::string name = encoding.text("name");
  if (name != "default" && name != "v2")
    throw TypeError(entries.path() + ": expected the chunk_key_encoding \"default\" or \"v2\", found \"" +
                    name + '"');
  metadata.prefixed = name == "default";
  metadata.separator = metadata.prefixed ? '/' : '.';
  if (encoding.find("configuration") == nullptr) return;
  const Entries configuration = encoding.entries("configuration");
  if (configuration.find("separator") != nullptr) metadata.separator = configuration.separator("separator");
}

Json json_of_codec(const Codec& codec) {
  constexpr std::array<const char*, 3> kShuffles = {"noshuffle", "shuffle", "bitshuffle"};
  switch (codec.kind) {
    case Codec::Kind::kZstd:
      return {{"name", "zstd"}, {"configuration", {{"level", codec.level}, {"checksum", false}}}};
    case Codec::Kind::kGzip:
      return {{"name", "gzip"}, {"configuration", {{"level", codec.level}}}};
    case Codec::Kind::kCrc32c:
      return {{"name", "crc32c"}};
    case Codec::Kind::kBlosc:
      return {{"name", "blosc"},
              {"configuration",
               {{"cname", codec.compressor},
                {"clevel", codec.level},
                {"shuffle", kShuffles.at(static_cast<std::size_t>(codec.shuffle))},
                {"typesize", codec.type_size},
                {"blocksize", 0}}}};
    case Codec::Kind::kZlib:
      break;
  }
  throw InvalidArgument("the compressor \"zlib\" is one of Zarr's format 2; format 3 has \"gzip\"");
}

Json json_of_compressor(const std::vector<Codec>& codecs) {
  if (codecs.empty()) return nullptr;
  const Codec& codec = codecs.front();
  switch (codec.kind) {
    case Codec::Kind::kZstd:
      return {{"id", "zstd"}, {"level", codec.level}};
    case Codec::Kind::kGzip:
      return {{"id", "gzip"}, {"level", codec.level}};
    case Codec::Kind::kZlib:
      return {{"id", "zlib"}, {"level", codec.level}};
    case Codec::Kind::kBlosc:
      return {{"id", "blosc"},
              {"cname", codec.compressor},
              {"clevel", codec.level},
              {"shuffle", codec.shuffle},
              {"blocksize", 0}};
    case Codec::Kind::kCrc32c:
      break;
  }
  throw InvalidArgument("Zarr's format 2 has no codec crc32c");
}

Json json_of_type(const ElementType& type) {
  if (type.kind == Kind::kDateTime || type.kind == Kind::kTimeDelta) {
    const std::size_t digits = type.unit.find_first_not_of("0123456789");
    const std::string unit = type.unit.empty() ? "generic" : type.unit.substr(digits);
    const int scale = type.unit.empty() || digits == 0 ? 1 : std::stoi(type.unit.substr(0, digits));
    return {{"name", type.kind == Kind::kDateTime ? "numpy.datetime64" : "numpy.timedelta64"},
            {"configuration", {{"unit", unit}, {"scale_factor", scale}}}};
  }
  const auto* const found =
      std::ranges::find(kTypeNames, type.native().to_string(), &decltype(kTypeNames)::value_type::second);
  return found->first;
}

}  // namespace

std::string Metadata::chunk_name(const Extents& chunk) const {
  std::string name = prefixed ? "c" : "";
  for (const std::int64_t number : chunk) {
    if (!name.empty()) name += separator;
    name += std::to_string(number);
  }
  return name.empty() ? "0" : name;  // of an array without axes
}

Metadata parse_v2(std::string_view text, const std::string& path) {
  const Json document = parse_document(text, path);
  const Entries entries(document, path);
  Metadata metadata;
  metadata.format = static_cast<int>(entries.whole("zarr_format", 2, 2));
  metadata.prefixed = false;
  const Json& type = entries.get("dtype");
  if (!type.is_string()) throw TypeError(path + ": expected an array of numbers, found records");
  metadata.layout = {extents_of(entries, "shape", 0), element_of(type.get<std::string>(), path),
                     extents_of(entries, "chunks", 1)};
  const std::string order = entries.text("order");
  if (order != "C" && order != "F") entries.refuse("order", R"("C" or "F")");
  metadata.fortran_order = order == "F";
  metadata.separator =
      entries.find("dimension_separator") == nullptr ? '.' : entries.separator("dimension_separator");
  metadata.fill = fill_of(entries, metadata.layout.element);
  metadata.codecs = compressor_of(entries, metadata.layout.element.size);
  check_layout(metadata, path);
  return metadata;
}

Metadata parse_v3(std::string_view text, const std::string& path) {
  const Json document = parse_document(text, path);
  const Entries entries(document, path);
  Metadata metadata;
  metadata.format = static_cast<int>(entries.whole("zarr_format", 3, 3));
  if (entries.text("node_type") != "array")
    throw IoError(path + ": expected an array, found a group; name one of the arrays in it");
  const Entries grid = entries.entries("chunk_grid");
  if (grid.text("name") != "regular")
    throw TypeError(path + ": expected a chunk_grid that is regular, found \"" + grid.text("name") + '"');
  metadata.layout = {extents_of(entries, "shape", 0), data_type_of(entries),
                     extents_of(grid.entries("configuration"), "chunk_shape", 1)};
  check_layout(metadata, path);
  read_chunk_names(entries, metadata);
  metadata.fill = fill_of(entries, metadata.layout.element);
  read_codecs(entries, metadata);
  return metadata;
}

std::string to_json(const Metadata& metadata) {
  const ArrayLayout& layout = metadata.layout;
  if (metadata.format == 2) {
    return Json{{"zarr_format", 2},
                {"shape", layout.shape},
                {"chunks", layout.chunk_shape},
                {"dtype", layout.element.to_string()},
                {"compressor", json_of_compressor(metadata.codecs)},
                {"fill_value", json_of_fill(metadata)},
                {"order", "C"},
                {"filters", nullptr},
                {"dimension_separator", std::string(1, metadata.separator)}}
        .dump(2);
  }
  Json bytes = {{"name", "bytes"}};
  if (layout.element.size > 1) bytes["configuration"] = {{"endian", "little"}};
  Json codecs = Json::array({std::move(bytes)});
  for (const Codec& codec : metadata.codecs) codecs.push_back(json_of_codec(codec));
  return Json{{"zarr_format", 3},
              {"node_type", "array"},
              {"shape", layout.shape},
              {"data_type", json_of_type(layout.element)},
              {"chunk_grid", {{"name", "regular"}, {"configuration", {{"chunk_shape", layout.chunk_shape}}}}},
              {"chunk_key_encoding", {{"name", "default"}, {"configuration", {{"separator", "/"}}}}},
              {"fill_value", json_of_fill(metadata)},
              {"codecs", std::move(codecs)},
              {"attributes", Json::object()},
              {"storage_transformers", Json::array()}}
      .dump(2);
}

}  // namespace treadle::io::zarr

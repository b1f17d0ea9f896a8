#include "io/zarr/codec_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "treadle/error.h"

namespace treadle::io::zarr {
namespace {

using Json = nlohmann::json;

constexpr int kHighestLevel = 22;

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

}  // namespace

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

}  // namespace treadle::io::zarr

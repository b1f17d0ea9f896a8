#include "io/zarr/metadata.h"

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/zarr/codec_json.h"
#include "io/zarr/element_json.h"
#include "io/zarr/json_entries.h"
#include "treadle/error.h"

namespace treadle::io::zarr {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostAxes = 64;

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
                {"fill_value", json_of_fill(layout.element, metadata.fill)},
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
              {"fill_value", json_of_fill(layout.element, metadata.fill)},
              {"codecs", std::move(codecs)},
              {"attributes", Json::object()},
              {"storage_transformers", Json::array()}}
      .dump(2);
}

}  // namespace treadle::io::zarr

#include "io/zarr/zarr_array.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "io/arrays/raw_elements.h"
#include "io/file_output.h"
#include "io/files/file.h"
#include "io/staged_directory.h"
#include "io/zarr/chunk_grid.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;
using zarr::Bytes;
using zarr::Metadata;

constexpr std::uint64_t kLongestMetadata = 16 << 20;
// Chunks whose times make an array's identity.
constexpr std::size_t kMostLookedAt = 4096;

std::string array_directory(const std::string& store, const std::string& component) {
  if (component.empty()) return store;
  const fs::path path = fs::path(component).relative_path().lexically_normal();
  if (path.empty() || *path.begin() == "..")
    throw InvalidArgument("expected the path of an array within the store, found \"" + component + '"');
  std::string directory = (fs::path(store) / path).string();
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

template <class Chars>
Chars read_whole(const File& file) {
  Chars content(file.size(), 0);
  file.read_at(0, content.data(), content.size());
  return content;
}

/// The chunks' elements as they lie in memory: `size` bytes in C order and this machine's byte order.
Bytes to_memory(Bytes stored, const Metadata& metadata) {
  const ArrayLayout& layout = metadata.layout;
  if (layout.element.big_endian)
    swap_bytes(stored.data(), stored.size() / layout.element.size, layout.element);
  if (!metadata.fortran_order || layout.shape.size() < 2) return stored;
  Bytes turned(stored.size());
  fortran_to_c(stored.data(), layout.chunk_shape, turned.data(), layout.element.size);
  return turned;
}

class ZarrArray final : public StoredArray {
 public:
  ZarrArray(const std::string& store, const std::string& component)
      : directory_(array_directory(store, component)), identity_(find_metadata()) {
    const File file(identity_);
    if (file.size() > kLongestMetadata)
      throw IoError(file.path() + ": expected metadata of at most 16 MiB, found " +
                    std::to_string(file.size()) + " bytes");
    const auto text = read_whole<std::string>(file);
    metadata_ = file.path().ends_with(".zarray") ? zarr::parse_v2(text, file.path())
                                                 : zarr::parse_v3(text, file.path());
    layout_ = metadata_.layout;
    layout_.element = layout_.element.native();
    chunk_bytes_ = ArrayLayout{layout_.chunk_shape, layout_.element, {}}.num_bytes(directory_);
  }

  const ArrayLayout& layout() const noexcept override { return layout_; }
  const std::string& place() const noexcept override { return directory_; }
  void add_to(KeyBuilder& key) const override {
    key.add("zarr");
    identity_.add_to(key);
    add_chunks(key);
  }
  void read(const Box& box, void* to) const override {
    check_box(box, layout_.shape, directory_);
    zarr::for_each_chunk(layout_, box, [&](const zarr::ChunkPart& part) { read_part(part, box, to); });
  }

 private:
  FileIdentity find_metadata() const {
    for (const char* name : {"/zarr.json", "/.zarray"}) {
      if (fs::exists(directory_ + name)) return FileIdentity::of(directory_ + name);
    }
    if (!fs::exists(directory_)) throw IoError::from_errno("cannot read", directory_, ENOENT);
    throw IoError("expected a Zarr array, found neither zarr.json nor .zarray: " + directory_);
  }
  /// The chunks that are there; of a store of very many, that it is one of its own.
  void add_chunks(KeyBuilder& key) const {
    std::vector<std::string> paths;
    std::error_code error;
    for (fs::recursive_directory_iterator at(directory_, error), end; !error && at != end;
         at.increment(error)) {
      if (at->is_regular_file(error)) paths.push_back(at->path().string());
      if (paths.size() <= kMostLookedAt) continue;
      key.add(unique_key());
      return;
    }
    std::ranges::sort(paths);
    for (const std::string& path : paths) FileIdentity::of(path).add_to(key);
  }
  void read_part(const zarr::ChunkPart& part, const Box& box, void* to) const {
    const std::string path = directory_ + '/' + metadata_.chunk_name(part.chunk);
    std::error_code error;
    const Bytes chunk = fs::exists(path, error)
                            ? to_memory(zarr::decode(read_whole<Bytes>(File(FileIdentity::of(path))),
                                                     metadata_.codecs, chunk_bytes_, path),
                                        metadata_)
                            : filled();
    copy_box(chunk.data(), layout_.chunk_shape, part.in_chunk, to, box.count, part.in_box, part.count,
             layout_.element.size);
  }
  Bytes filled() const {
    Bytes chunk(chunk_bytes_);
    for (std::size_t at = 0; at < chunk.size(); at += metadata_.fill.size())
      std::memcpy(chunk.data() + at, metadata_.fill.data(), metadata_.fill.size());
    return chunk;
  }

  std::string directory_;
  FileIdentity identity_;
  Metadata metadata_;
  ArrayLayout layout_;
  std::size_t chunk_bytes_ = 0;
};

std::vector<zarr::Codec> codecs_of(const ZarrWriteOptions& options, std::size_t type_size) {
  using Kind = zarr::Codec::Kind;
  const auto level = [&](int otherwise, int most) {
    if (options.level > most) {
      throw InvalidArgument("expected a compression level up to " + std::to_string(most) + " for " +
                            options.compressor + ", found " + std::to_string(options.level));
    }
    return options.level < 0 ? otherwise : options.level;
  };
  if (options.compressor == "none") return {};
  if (options.compressor == "zstd") return {{Kind::kZstd, level(0, 22)}};
  if (options.compressor == "gzip") return {{Kind::kGzip, level(5, 9)}};
  if (options.compressor == "blosc") return {{Kind::kBlosc, level(5, 9), "lz4", 1, type_size}};
  throw InvalidArgument("expected the compressor \"zstd\", \"gzip\", \"blosc\" or \"none\", found \"" +
                        options.compressor + '"');
}

Metadata metadata_for(const ArrayLayout& layout, const ZarrWriteOptions& options) {
  if (options.format != 2 && options.format != 3)
    throw InvalidArgument("expected Zarr's format 2 or 3, found " + std::to_string(options.format));
  Metadata metadata;
  metadata.format = options.format;
  metadata.layout = layout;
  metadata.prefixed = options.format == 3;
  metadata.separator = options.format == 3 ? '/' : '.';
  metadata.fill.resize(layout.element.size);
  metadata.codecs = codecs_of(options, layout.element.size);
  return metadata;
}

class ZarrWriter final : public ArrayWriter {
 public:
  ZarrWriter(const std::string& store, const std::string& component, const ArrayLayout& layout,
             const ZarrWriteOptions& options, std::string_view token)
      : metadata_(metadata_for(layout, options)),
        staged_(array_directory(store, component),
                options.overwrite ? StagedDirectory::Mode::kOverwrite : StagedDirectory::Mode::kError, token),
        chunk_bytes_(ArrayLayout{layout.chunk_shape, layout.element, {}}.num_bytes(store)),
        groups_(groups_above(store, component)) {
    put(staged_.path() + (metadata_.format == 2 ? "/.zarray" : "/zarr.json"), to_json(metadata_));
    if (metadata_.format == 2) put(staged_.path() + "/.zattrs", std::string("{}"));
  }

  void write(const Box& box, const void* from) override {
    const ArrayLayout& layout = metadata_.layout;
    check_box(box, layout.shape, staged_.path());
    zarr::for_each_chunk(layout, box, [&](const zarr::ChunkPart& part) {
      check_whole(part, box);
      Bytes chunk(chunk_bytes_);
      copy_box(from, box.count, part.in_box, chunk.data(), layout.chunk_shape, part.in_chunk, part.count,
               layout.element.size);
      // A chunk of nothing but the fill value is none.
      if (std::ranges::all_of(chunk, [](unsigned char byte) { return byte == 0; })) return;
      const Bytes packed = zarr::encode(std::move(chunk), metadata_.codecs);
      put(staged_.path() + '/' + metadata_.chunk_name(part.chunk),
          {reinterpret_cast<const char*>(packed.data()), packed.size()});
    });
  }
  void prepare() override { staged_.prepare(); }
  void publish() override {
    staged_.publish();
    try {
      for (const std::string& group : groups_) make_group(group);
    } catch (...) {
      take_back();
      throw;
    }
  }
  void take_back() noexcept override {
    for (const std::string& path : std::exchange(made_, {})) {
      std::error_code error;
      fs::remove(path, error);
    }
    staged_.take_back();
  }
  void settle() noexcept override { staged_.settle(); }

 private:
  /// The store and the groups between it and the array, none if the array is the store.
  static std::vector<std::string> groups_above(const std::string& store, const std::string& component) {
    std::vector<std::string> groups;
    if (component.empty()) return groups;
    fs::path path = store;
    for (const fs::path& name : fs::path(component).relative_path().lexically_normal()) {
      if (name.empty()) continue;
      groups.push_back(path.string());
      path /= name;
    }
    return groups;
  }
  void make_group(const std::string& directory) {
    const std::string path = directory + (metadata_.format == 2 ? "/.zgroup" : "/zarr.json");
    if (fs::exists(path)) return;
    const std::string text = metadata_.format == 2
                                 ? R"({"zarr_format": 2})"
                                 : R"({"zarr_format": 3, "node_type": "group", "attributes": {}})";
    put(path, text);
    made_.push_back(path);
  }
  static void put(const std::string& path, std::span<const char> content) {
    FileOutput file(path);
    file.write(content.data(), content.size());
    file.close();
  }
  void check_whole(const zarr::ChunkPart& part, const Box& box) const {
    const ArrayLayout& layout = metadata_.layout;
    for (std::size_t axis = 0; axis < part.count.size(); ++axis) {
      const std::int64_t begin = part.chunk[axis] * layout.chunk_shape[axis];
      const std::int64_t length = std::min(layout.chunk_shape[axis], layout.shape[axis] - begin);
      if (part.in_chunk[axis] != 0 || part.count[axis] != length) {
        throw InvalidArgument("expected a box of whole Zarr chunks of shape " +
                              to_string(layout.chunk_shape) + ", found " + box.to_string());
      }
    }
  }

  Metadata metadata_;
  StagedDirectory staged_;
  std::size_t chunk_bytes_;
  std::vector<std::string> groups_;
  std::vector<std::string> made_;
};

}  // namespace

StoredArrayPtr open_zarr(const std::string& store, const std::string& component) {
  return std::make_shared<const ZarrArray>(store, component);
}

std::unique_ptr<ArrayWriter> create_zarr(const std::string& store, const std::string& component,
                                         const ArrayLayout& layout, const ZarrWriteOptions& options,
                                         std::string_view token) {
  return std::make_unique<ZarrWriter>(store, component, layout, options, token);
}

}  // namespace treadle::io

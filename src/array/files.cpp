#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "array/kernels/make_array.h"
#include "array/nodes/portable_source.h"
#include "io/arrays/stored_array.h"
#include "io/hdf5/hdf5_array.h"
#include "io/npy/npy_array.h"
#include "io/npy/npy_stack.h"
#include "io/zarr/zarr_array.h"
#include "treadle/array_files.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"
#include "treadle/key.h"

// Arrays whose chunks are read from files.
namespace treadle::array {
namespace {

/// Where an array lies: the name of its format, and what the format's function takes to open it.
struct Storage {
  std::string format;
  std::string path;
  /// A data set of HDF5, an array in a Zarr store.
  std::string component;

  io::StoredArrayPtr open() const {
    if (format == "npy") return io::open_npy(path);
    if (format == "hdf5") return io::open_hdf5(path, component);
    if (format == "zarr") return io::open_zarr(path, component);
    throw IoError("the bytes of an array's source are corrupt: there is no format \"" + format + '"');
  }
};

Key content_of(const io::StoredArray& stored) {
  KeyBuilder key("array.stored");
  stored.add_to(key);
  return key.finish();
}

class StoredSource final : public PortableSource {
 public:
  StoredSource(Storage storage, io::StoredArrayPtr stored, DType dtype)
      : storage_(std::move(storage)), stored_(std::move(stored)), dtype_(dtype) {}

  std::string to_string() const override { return storage_.format + ' ' + stored_->place(); }
  NdArray read(std::span<const AxisSlice> region, TaskContext& context) const override {
    if (reads_rows_alone(region)) return read_rows(region, context);
    std::vector<AxisSlice> steps;
    for (const AxisSlice& axis : region) steps.push_back({0, axis.step, axis.count});
    const io::Box box = box_of(region);
    BufferBuilder bytes(box.num_elements() * dtype_.size());
    stored_->read(box, bytes.data());
    context.count(Counter::kBytesRead, bytes.size());
    return make_array(dtype_, box.count, std::move(bytes)).sliced(steps).compacted();
  }
  void add_to(KeyBuilder& key) const override { stored_->add_to(key); }
  std::string_view reader_name() const override { return kReader; }
  void write(ByteSink& sink) const override {
    const std::filesystem::path path = std::filesystem::absolute(storage_.path);
    Codec<std::string>::write(storage_.format, sink);
    Codec<std::string>::write(path.string(), sink);
    Codec<std::string>::write(storage_.component, sink);
    // Content is known by the name that it is read under.
    const bool same = path == std::filesystem::path(storage_.path);
    const Key content =
        content_of(same ? *stored_ : *Storage{storage_.format, path.string(), storage_.component}.open());
    sink.write(&content, sizeof content);
  }
  /// Opens it again. Throws IoError if it is no longer what it was.
  static std::shared_ptr<const ArraySource> read(ByteSource& source) {
    Storage storage;
    storage.format = Codec<std::string>::read(source);
    storage.path = Codec<std::string>::read(source);
    storage.component = Codec<std::string>::read(source);
    Key content;
    source.read(&content, sizeof content);
    io::StoredArrayPtr stored = storage.open();
    if (content_of(*stored) != content)
      throw IoError(stored->place() + " is no longer what it was when the array was made of it");
    const DType dtype = DType::parse(stored->layout().element.to_string());
    return std::make_shared<const StoredSource>(std::move(storage), std::move(stored), dtype);
  }
  static constexpr std::string_view kReader = "stored";

 private:
  /// What lies between a region's first and last elements.
  static io::Box box_of(std::span<const AxisSlice> region) {
    io::Box box;
    for (const AxisSlice& axis : region) {
      box.start.push_back(axis.start);
      box.count.push_back(axis.count == 0 ? 0 : (axis.count - 1) * axis.step + 1);
    }
    return box;
  }

  /// Whether rows that the steps of the first axis skip are worth skipping: storage without chunks, where a
  /// row is a page or more.
  bool reads_rows_alone(std::span<const AxisSlice> region) const {
    if (region.empty() || region[0].step == 1 || region[0].count < 2) return false;
    const io::Box row = box_of(region.subspan(1));
    return stored_->layout().chunk_shape.empty() && row.num_elements() * dtype_.size() >= kPageBytes;
  }

  NdArray read_rows(std::span<const AxisSlice> region, TaskContext& context) const {
    io::Box box = box_of(region);
    box.count[0] = 1;
    Shape shape = box.count;
    shape[0] = region[0].count;
    std::vector<AxisSlice> steps = {{0, 1, shape[0]}};
    for (const AxisSlice& axis : region.subspan(1)) steps.push_back({0, axis.step, axis.count});
    const std::size_t row_bytes = box.num_elements() * dtype_.size();
    BufferBuilder bytes(row_bytes * static_cast<std::size_t>(shape[0]));
    for (std::size_t row = 0; row < static_cast<std::size_t>(shape[0]); ++row, box.start[0] += region[0].step)
      stored_->read(box, bytes.data() + row * row_bytes);
    context.count(Counter::kBytesRead, bytes.size());
    return make_array(dtype_, std::move(shape), std::move(bytes)).sliced(steps).compacted();
  }

  static constexpr std::size_t kPageBytes = 4096;

  Storage storage_;
  io::StoredArrayPtr stored_;
  DType dtype_;
};

[[maybe_unused]] const bool kRegistered = register_source(StoredSource::kReader, &StoredSource::read);

Array from_stored(Storage storage, io::StoredArrayPtr stored, const Chunking& chunking) {
  const io::ArrayLayout& layout = stored->layout();
  const DType dtype = DType::parse(layout.element.to_string());
  const Shape shape = layout.shape;
  return from_source(std::make_shared<const StoredSource>(std::move(storage), std::move(stored), dtype),
                     shape, dtype, chunking);
}

/// Chunks of at most the target's size that are made of whole ones of the storage.
Chunking multiples_of(const io::ArrayLayout& layout) {
  if (layout.chunk_shape.empty() || layout.shape.empty()) return {};
  const Chunks wanted = Chunking().chunks_of(layout.shape, layout.element.size);
  std::vector<AxisChunking> axes;
  for (std::size_t axis = 0; axis < layout.shape.size(); ++axis) {
    const std::int64_t one = std::max<std::int64_t>(layout.chunk_shape[axis], 1);
    const std::int64_t most = std::ranges::max(wanted.axis(axis));
    axes.emplace_back(std::max(one, most / one * one));
  }
  return axes;
}

}  // namespace

Array read_npy(const std::string& path, const Chunking& chunking) {
  const Storage storage{"npy", path, {}};
  return from_stored(storage, storage.open(), chunking);
}

Array read_hdf5(const std::string& path, const std::string& data_set,
                const std::optional<Chunking>& chunking) {
  const Storage storage{"hdf5", path, data_set};
  io::StoredArrayPtr stored = storage.open();
  const Chunking chosen = chunking ? *chunking : multiples_of(stored->layout());
  return from_stored(storage, std::move(stored), chosen);
}

Array read_zarr(const std::string& store, const std::string& component,
                const std::optional<Chunking>& chunking) {
  const Storage storage{"zarr", store, component};
  io::StoredArrayPtr stored = storage.open();
  std::vector<AxisChunking> axes;
  for (const std::int64_t length : stored->layout().chunk_shape) axes.emplace_back(length);
  return from_stored(storage, std::move(stored), chunking ? *chunking : Chunking(std::move(axes)));
}

Array read_npy_stack(const std::string& directory) {
  const io::NpyStack stack = io::open_npy_stack(directory);
  std::vector<Array> pieces;
  for (const io::StoredArrayPtr& piece : stack.pieces)
    pieces.push_back(from_stored({"npy", piece->place(), {}}, piece, Chunking(-1)));
  return concatenate(pieces, static_cast<std::int64_t>(stack.axis));
}

std::vector<std::string> hdf5_data_sets(const std::string& path) { return io::list_hdf5(path); }

}  // namespace treadle::array

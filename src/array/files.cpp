#include <algorithm>
#include <memory>
#include <utility>

#include "array/kernels/make_array.h"
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

class StoredSource final : public ArraySource {
 public:
  StoredSource(std::string format, io::StoredArrayPtr stored, DType dtype)
      : format_(std::move(format)), stored_(std::move(stored)), dtype_(dtype) {}

  std::string to_string() const override { return format_ + ' ' + stored_->place(); }
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

  std::string format_;
  io::StoredArrayPtr stored_;
  DType dtype_;
};

Array from_stored(const std::string& format, io::StoredArrayPtr stored, const Chunking& chunking) {
  const io::ArrayLayout& layout = stored->layout();
  const DType dtype = DType::parse(layout.element.to_string());
  const Shape shape = layout.shape;
  return from_source(std::make_shared<const StoredSource>(format, std::move(stored), dtype), shape, dtype,
                     chunking);
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
  return from_stored("npy", io::open_npy(path), chunking);
}

Array read_hdf5(const std::string& path, const std::string& data_set,
                const std::optional<Chunking>& chunking) {
  io::StoredArrayPtr stored = io::open_hdf5(path, data_set);
  const Chunking chosen = chunking ? *chunking : multiples_of(stored->layout());
  return from_stored("hdf5", std::move(stored), chosen);
}

Array read_zarr(const std::string& store, const std::string& component,
                const std::optional<Chunking>& chunking) {
  io::StoredArrayPtr stored = io::open_zarr(store, component);
  std::vector<AxisChunking> axes;
  for (const std::int64_t length : stored->layout().chunk_shape) axes.emplace_back(length);
  return from_stored("zarr", std::move(stored), chunking ? *chunking : Chunking(std::move(axes)));
}

Array read_npy_stack(const std::string& directory) {
  io::NpyStack stack = io::open_npy_stack(directory);
  std::vector<Array> pieces;
  for (io::StoredArrayPtr& piece : stack.pieces)
    pieces.push_back(from_stored("npy", std::move(piece), Chunking(-1)));
  return concatenate(pieces, static_cast<std::int64_t>(stack.axis));
}

std::vector<std::string> hdf5_data_sets(const std::string& path) { return io::list_hdf5(path); }

}  // namespace treadle::array

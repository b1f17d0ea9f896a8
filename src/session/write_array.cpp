#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "array/nodes/step.h"
#include "io/arrays/stored_array.h"
#include "io/hdf5/hdf5_array.h"
#include "io/npy/npy_array.h"
#include "io/npy/npy_stack.h"
#include "io/zarr/zarr_array.h"
#include "session/compute_blocks.h"
#include "treadle/array_files.h"
#include "treadle/error.h"

// Writing arrays: a task a chunk, and publishing once all are there.
namespace treadle::array {
namespace {

/// A writer that tasks share. Once it is abandoned, a task that is late writes nothing any more.
class SharedWriter {
 public:
  explicit SharedWriter(std::unique_ptr<io::ArrayWriter> writer) : writer_(std::move(writer)) {}

  void write(const io::Box& box, const void* from) {
    const std::shared_lock lock(mutex_);
    if (writer_ == nullptr) throw Cancelled();
    writer_->write(box, from);
  }
  /// Removes what was written.
  void abandon() {
    const std::unique_lock lock(mutex_);
    writer_.reset();
  }
  io::StagedOutput* output() const noexcept { return writer_.get(); }

 private:
  std::shared_mutex mutex_;
  std::unique_ptr<io::ArrayWriter> writer_;
};

using Writers = std::vector<std::shared_ptr<SharedWriter>>;

template <class... Writer>
Writers share(std::unique_ptr<Writer>... writers) {
  return {std::make_shared<SharedWriter>(std::move(writers))...};
}

class WriteChunk final : public Operation {
 public:
  WriteChunk(std::shared_ptr<SharedWriter> writer, io::Box box)
      : writer_(std::move(writer)), box_(std::move(box)) {}

  std::string_view name() const override { return "array.write"; }
  MemoryNeed memory_need(std::span<const SizeEstimate> inputs) const override {
    // A chunk that does not lie in C order is copied.
    const std::size_t copy = inputs.empty() ? 0 : inputs[0].bytes;
    return {copy, copy, sizeof(std::int64_t)};
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    context.check_stopped();
    const NdArray chunk = inputs[0].get<NdArray>().packed();
    writer_->write(box_, chunk.data());
    context.count(Counter::kBytesWritten, chunk.nbytes());
    return std::vector<Value>{Value::of(std::int64_t{1})};
  }

 private:
  std::shared_ptr<SharedWriter> writer_;
  io::Box box_;
};

/// The step that writes all chunks of an array.
lazy::NodePtr write_node(const Array& x, std::shared_ptr<SharedWriter> writer) {
  return std::make_shared<const Step>(
      "Write", "", unique_key(), x.dtype(), x.chunks(), std::vector<lazy::NodePtr>{x.node()},
      [writer = std::move(writer), chunks = x.chunks()](lazy::Lowering& lowering,
                                                        const std::vector<lazy::NodePtr>& inputs) {
        std::vector<TaskOutput> written;
        const std::vector<TaskOutput> blocks = lowering.blocks(inputs[0]);
        for (std::size_t block = 0; block < blocks.size(); ++block) {
          const auto place = chunks.place(block);
          auto operation = std::make_shared<const WriteChunk>(
              writer, io::Box{chunks.block_offset(place), chunks.block_shape(place)});
          written.push_back({lowering.graph().add(std::move(operation), {&blocks[block], 1}), 0});
        }
        return written;
      });
}

void write_all(const std::vector<Array>& arrays, const Writers& writers, const ComputeOptions& options) {
  std::vector<lazy::NodePtr> roots;
  std::vector<io::StagedOutput*> outputs;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    roots.push_back(write_node(arrays[i], writers[i]));
    outputs.push_back(writers[i]->output());
  }
  try {
    session::compute_blocks(roots, options);
    io::publish_together(outputs);
  } catch (...) {
    for (const auto& writer : writers) writer->abandon();
    throw;
  }
}

/// Throws InvalidArgument unless the array's shape is known.
io::ArrayLayout layout_of(const Array& x, const std::string& what) {
  if (!x.chunks().known()) {
    throw InvalidArgument(what + " needs to know the chunk sizes, found " + x.chunks().to_string() +
                          "; compute_chunk_sizes() finds them out");
  }
  return {x.shape(), io::ElementType::from_string(x.dtype().code()), {}};
}

/// A part of a temporary name that no other run has.
std::string token() { return unique_key().to_string().substr(0, 16); }

Shape largest_chunk(const Chunks& chunks) {
  Shape shape;
  for (const auto& lengths : chunks.axes())
    shape.push_back(std::max<std::int64_t>(std::ranges::max(lengths), 1));
  return shape;
}

}  // namespace

void write_npy(const Array& x, const std::string& path, const ComputeOptions& options) {
  const io::ArrayLayout layout = layout_of(x, "write_npy()");
  write_all({x}, share(io::create_npy(path, layout.shape, layout.element, true, token())), options);
}

void write_npy_stack(const Array& x, const std::string& directory, std::int64_t axis,
                     const ComputeOptions& options) {
  const io::ArrayLayout layout = layout_of(x, "write_npy_stack()");
  const auto ndim = static_cast<std::int64_t>(x.ndim());
  if (axis < -ndim || axis >= ndim) {
    throw InvalidArgument("write_npy_stack(): expected an axis of the shape " + to_string(x.shape()) +
                          ", found " + std::to_string(axis));
  }
  const auto along = static_cast<std::size_t>(axis < 0 ? axis + ndim : axis);
  std::vector<std::vector<std::int64_t>> axes = x.chunks().axes();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (i != along) axes[i] = {x.shape()[i]};
  }
  const Array cut = x.rechunk(Chunks(axes));
  write_all({cut}, share(io::create_npy_stack(directory, layout, along, axes[along], false, token())),
            options);
}

void write_hdf5(const std::vector<Hdf5Output>& data_sets, const std::string& path,
                const ComputeOptions& options) {
  if (data_sets.empty()) throw InvalidArgument("write_hdf5(): expected a data set to write, found none");
  std::vector<io::Hdf5DataSet> made;
  std::vector<Array> arrays;
  for (const auto& [name, x, write] : data_sets) {
    io::ArrayLayout layout = layout_of(x, "write_hdf5()");
    layout.chunk_shape = write.chunk_shape.empty() ? largest_chunk(x.chunks()) : write.chunk_shape;
    if (layout.chunk_shape.size() != x.ndim()) {
      throw InvalidArgument("write_hdf5(): expected chunks for the shape " + to_string(x.shape()) +
                            ", found " + to_string(layout.chunk_shape));
    }
    made.push_back({name, std::move(layout), write.gzip_level, write.shuffle});
    arrays.push_back(x);
  }
  Writers writers;
  for (auto& writer : io::create_hdf5(path, made, token()))
    writers.push_back(std::make_shared<SharedWriter>(std::move(writer)));
  write_all(arrays, writers, options);
}

void write_zarr(const Array& x, const std::string& store, const std::string& component,
                const ZarrOptions& write, const ComputeOptions& options) {
  io::ArrayLayout layout = layout_of(x, "write_zarr()");
  layout.chunk_shape = largest_chunk(x.chunks());
  std::vector<AxisChunking> axes;
  for (const std::int64_t length : layout.chunk_shape) axes.emplace_back(length);
  const Array cut = axes.empty() ? x : x.rechunk(Chunking(std::move(axes)));
  const io::ZarrWriteOptions given{write.compressor, write.level, write.format, write.overwrite};
  write_all({cut}, share(io::create_zarr(store, component, layout, given, token())), options);
}

}  // namespace treadle::array

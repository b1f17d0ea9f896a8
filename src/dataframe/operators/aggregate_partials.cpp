#include "dataframe/operators/aggregate_partials.h"

#include <cstring>

#include "dataframe/operators/slice_bytes.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

class BufferSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override { builder_.append(bytes, size); }
  BufferPtr finish() { return builder_.finish(); }

 private:
  BufferBuilder builder_;
};

class BufferSource final : public ByteSource {
 public:
  explicit BufferSource(const BufferPtr& bytes) : bytes_(bytes) {}
  void read(void* bytes, std::size_t size) override {
    if (size > bytes_->size() - offset_) throw IoError("partials of a group-by end early");
    if (size != 0) std::memcpy(bytes, bytes_->data() + offset_, size);
    offset_ += size;
  }

 private:
  const BufferPtr& bytes_;
  std::size_t offset_ = 0;
};

std::size_t bytes_of(const columnar::BatchList& groups) {
  std::size_t bytes = 0;
  for (const columnar::Batch& batch : groups.batches) bytes += slice_bytes(batch);
  return bytes;
}

}  // namespace

BufferPtr to_bytes(const columnar::BatchList& list) {
  BufferSink sink;
  Codec<columnar::BatchList>::write(list, sink);
  return sink.finish();
}

columnar::BatchList from_bytes(const BufferPtr& bytes) {
  BufferSource source(bytes);
  return Codec<columnar::BatchList>::read(source);
}

PartialPiece::PartialPiece(const columnar::BatchList& groups, std::shared_ptr<SpillFile> file,
                           std::int64_t base)
    : file_(std::move(file)), load_bytes_(bytes_of(groups)), num_rows_(groups.num_rows()), base_(base) {
  block_ = file_->append(*to_bytes(groups));
}

PartialPiece::PartialPiece(std::shared_ptr<const UngroupedRows> rows, std::size_t begin, std::size_t end,
                           std::int64_t base)
    : rows_(std::move(rows)),
      begin_(begin),
      end_(end),
      num_rows_(static_cast<std::int64_t>(end - begin)),
      base_(base) {}

std::size_t PartialPiece::nbytes() const {
  if (rows_) return rows_->nbytes() * (end_ - begin_) / rows_->size();
  return bytes_of(groups_);
}

columnar::BatchList PartialPiece::load() const {
  if (rows_) return {rows_->schema, {rows_->partial(begin_, end_)}};
  return file_ ? from_bytes(file_->read(block_)) : groups_;
}

std::size_t PartialPiece::load_bytes() const {
  if (rows_) return nbytes();
  return load_bytes_;
}

Value value_of(AggregatePartials partials) {
  std::size_t bytes = sizeof partials + partials.pieces.capacity() * sizeof(PartialPiece);
  for (const PartialPiece& piece : partials.pieces) bytes += piece.nbytes();
  return Value::pinned(std::move(partials), bytes);
}

}  // namespace treadle::dataframe

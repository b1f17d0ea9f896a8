#include "io/row_spill.h"

#include <cstring>
#include <utility>

#include "columnar/batch_list.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

class BytesSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override { bytes_.append(bytes, size); }
  const BufferBuilder& bytes() const noexcept { return bytes_; }

 private:
  BufferBuilder bytes_;
};

class BytesSource final : public ByteSource {
 public:
  explicit BytesSource(BufferPtr bytes) : bytes_(std::move(bytes)) {}
  void read(void* bytes, std::size_t size) override {
    if (size > bytes_->size() - done_) throw InternalError("a block of spilled rows ends early");
    if (size > 0) std::memcpy(bytes, bytes_->data() + done_, size);
    done_ += size;
  }

 private:
  BufferPtr bytes_;
  std::size_t done_ = 0;
};

}  // namespace

void RowSpill::add(std::uint32_t group, const columnar::SchemaPtr& schema,
                   std::vector<columnar::Batch> rows) {
  if (!file_ && !make_) throw InternalError("rows are to wait on disk, but nobody makes a file for them");
  if (!file_) file_ = make_();
  BytesSink sink;
  Codec<columnar::BatchList>::write({schema, std::move(rows)}, sink);
  groups_[group].push_back(file_->append(sink.bytes().data(), sink.bytes().size()));
}

void RowSpill::take(std::uint32_t group, const std::function<void(const columnar::Batch&)>& consume) {
  const auto blocks = groups_.extract(group);
  if (blocks.empty()) return;
  for (const SpillBlock& block : blocks.mapped()) {
    BytesSource source(file_->read(block));
    const auto list = Codec<columnar::BatchList>::read(source);
    for (const columnar::Batch& batch : list.batches) consume(batch);
    file_->discard(block);
  }
}

}  // namespace treadle::io

#include "memory/spilled_value.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "memory/buffer.h"
#include "treadle/error.h"

namespace treadle {
namespace {

// Writing and reading a value needs this much memory besides the value.
constexpr std::size_t kBlock = std::size_t{1} << 20;

class BlockSink final : public ByteSink {
 public:
  BlockSink(SpillFile& file, std::vector<SpillBlock>& blocks) : file_(file), blocks_(blocks) {}
  void write(const void* bytes, std::size_t size) override {
    const char* from = static_cast<const char*>(bytes);
    while (size != 0) {
      // Large pieces go as they are, without a copy.
      if (pending_.empty() && size >= kBlock) {
        blocks_.push_back(file_.append(from, size));
        return;
      }
      const std::size_t taken = std::min(size, kBlock - pending_.size());
      pending_.append(from, taken);
      from += taken;
      size -= taken;
      if (pending_.size() == kBlock) flush();
    }
  }
  void flush() {
    if (pending_.empty()) return;
    blocks_.push_back(file_.append(pending_.data(), pending_.size()));
    pending_.clear();
  }

 private:
  SpillFile& file_;
  std::vector<SpillBlock>& blocks_;
  BufferBuilder pending_;
};

class BlockSource final : public ByteSource {
 public:
  BlockSource(const SpillFile& file, const std::vector<SpillBlock>& blocks) : file_(file), blocks_(blocks) {}
  void read(void* bytes, std::size_t size) override {
    char* to = static_cast<char*>(bytes);
    while (size != 0) {
      if (at_ == current_.size() && !next_block(to, size)) continue;
      const std::size_t taken = std::min(size, current_.size() - at_);
      std::memcpy(to, current_.data() + at_, taken);
      at_ += taken;
      to += taken;
      size -= taken;
    }
  }

 private:
  // Reads the next block: straight to its destination if all of it goes there (false), else into current_.
  bool next_block(char*& to, std::size_t& size) {
    if (next_ == blocks_.size()) throw IoError("a spilled value ends before all of it was read");
    const SpillBlock& block = blocks_[next_++];
    if (block.size <= size) {
      file_.read(block, to);
      to += block.size;
      size -= block.size;
      return false;
    }
    current_.resize(block.size);
    file_.read(block, current_.data());
    at_ = 0;
    return true;
  }

  const SpillFile& file_;
  const std::vector<SpillBlock>& blocks_;
  std::size_t next_ = 0;
  BufferBuilder current_;
  std::size_t at_ = 0;
};

}  // namespace

SpilledValue::SpilledValue(std::shared_ptr<SpillFile> file, const Value& value)
    : file_(std::move(file)), process_(::getpid()), kind_(value.kind()), nbytes_(value.nbytes()) {
  try {
    BlockSink sink(*file_, blocks_);
    value.write(sink);
    sink.flush();
  } catch (...) {
    discard();
    throw;
  }
}

SpilledValue::~SpilledValue() { discard(); }

void SpilledValue::discard() noexcept {
  if (::getpid() != process_) return;
  for (const SpillBlock& block : blocks_) file_->discard(block);
}

Value SpilledValue::read() const {
  BlockSource source(*file_, blocks_);
  return Value::read(kind_, source);
}

std::size_t SpilledValue::stored_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const SpillBlock& block : blocks_) bytes += block.stored;
  return bytes;
}

}  // namespace treadle

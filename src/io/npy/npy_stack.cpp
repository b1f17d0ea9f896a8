#include "io/npy/npy_stack.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "io/file_output.h"
#include "io/files/file.h"
#include "io/npy/header.h"
#include "io/npy/npy_array.h"
#include "io/npy/stack_info.h"
#include "io/staged_directory.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

// A description of a million pieces is shorter.
constexpr std::uint64_t kMostInfoBytes = 8 << 20;

std::string piece_name(std::size_t number) { return '/' + std::to_string(number) + ".npy"; }

void check_fits(const StoredArray& piece, const StoredArray& first, std::size_t axis) {
  Extents shape = piece.layout().shape;
  bool fits = axis < shape.size() && shape.size() == first.layout().shape.size() &&
              piece.layout().element == first.layout().element;
  if (fits) {
    shape[axis] = first.layout().shape[axis];
    fits = shape == first.layout().shape;
  }
  if (fits) return;
  throw IoError(piece.place() + ": expected a piece that fits " + first.place() + " along axis " +
                std::to_string(axis) + ": " + to_string(first.layout().shape) + ' ' +
                first.layout().element.to_string() + ", found " + to_string(piece.layout().shape) + ' ' +
                piece.layout().element.to_string());
}

/// `length`: what the stack says of the piece; negative if nothing.
void check_length(const StoredArray& piece, std::size_t axis, std::int64_t length) {
  const std::int64_t found = piece.layout().shape[axis];
  if (length < 0 || length == found) return;
  throw IoError(piece.place() + ": expected a piece of the length " + std::to_string(length) +
                " along axis " + std::to_string(axis) + ", as \"info\" says, found " + std::to_string(found));
}

class NpyStackWriter final : public ArrayWriter {
 public:
  NpyStackWriter(const std::string& directory, const ArrayLayout& layout, std::size_t axis,
                 const Extents& lengths, bool overwrite, std::string_view token)
      : layout_(layout),
        axis_(axis),
        staged_(directory, overwrite ? StagedDirectory::Mode::kOverwrite : StagedDirectory::Mode::kError,
                token) {
    std::int64_t start = 0;
    for (const std::int64_t length : lengths) {
      starts_.push_back(start);
      start += length;
    }
    starts_.push_back(start);
    std::vector<Extents> chunks;
    for (std::size_t other = 0; other < layout.shape.size(); ++other)
      chunks.push_back(other == axis ? lengths : Extents{layout.shape[other]});
    FileOutput info(staged_.path() + "/info");
    const std::string text = npy::make_stack_info(chunks, layout.element, axis);
    info.write(text.data(), text.size());
    info.close();
  }

  void write(const Box& box, const void* from) override {
    check_box(box, layout_.shape, staged_.path());
    const std::size_t piece = piece_of(box);
    FileOutput file(staged_.path() + piece_name(piece));
    const std::string header = npy::make_header(box.count, layout_.element);
    file.write(header.data(), header.size());
    file.write(from, box.num_elements() * layout_.element.size);
    file.close();
  }
  void prepare() override { staged_.prepare(); }
  void publish() override { staged_.publish(); }
  void take_back() noexcept override { staged_.take_back(); }
  void settle() noexcept override { staged_.settle(); }

 private:
  /// The piece that the box is. Where pieces are empty the last of them that begins there.
  std::size_t piece_of(const Box& box) {
    const std::lock_guard lock(mutex_);
    for (std::size_t piece = 0; piece + 1 < starts_.size(); ++piece) {
      if (starts_[piece] != box.start[axis_] || starts_[piece + 1] - starts_[piece] != box.count[axis_])
        continue;
      Extents whole = layout_.shape;
      whole[axis_] = box.count[axis_];
      if (whole != box.count) break;
      if (box.count[axis_] != 0 || std::ranges::find(empty_, piece) == empty_.end()) {
        if (box.count[axis_] == 0) empty_.push_back(piece);
        return piece;
      }
    }
    throw InvalidArgument("expected one whole piece of the stack along axis " + std::to_string(axis_) +
                          ", found " + box.to_string());
  }

  ArrayLayout layout_;
  std::size_t axis_;
  Extents starts_;
  StagedDirectory staged_;
  std::mutex mutex_;
  std::vector<std::size_t> empty_;  // pieces without elements that have been written
};

}  // namespace

NpyStack open_npy_stack(const std::string& directory) {
  const File info(FileIdentity::of(directory + "/info"));
  std::string text(std::min<std::uint64_t>(info.size(), kMostInfoBytes), '\0');
  info.read_at(0, text.data(), text.size());
  const npy::StackInfo described = npy::parse_stack_info(text, info.path());
  if (described.lengths.empty()) throw IoError(info.path() + ": expected pieces of a stack, found none");
  NpyStack stack;
  stack.axis = described.axis;
  for (const std::int64_t length : described.lengths) {
    stack.pieces.push_back(open_npy(directory + piece_name(stack.pieces.size())));
    check_fits(*stack.pieces.back(), *stack.pieces.front(), stack.axis);
    check_length(*stack.pieces.back(), stack.axis, length);
  }
  return stack;
}

std::unique_ptr<ArrayWriter> create_npy_stack(const std::string& directory, const ArrayLayout& layout,
                                              std::size_t axis, const Extents& lengths, bool overwrite,
                                              std::string_view token) {
  if (axis >= layout.shape.size()) {
    throw InvalidArgument("expected an axis of the shape " + to_string(layout.shape) + ", found " +
                          std::to_string(axis));
  }
  return std::make_unique<NpyStackWriter>(directory, layout, axis, lengths, overwrite, token);
}

}  // namespace treadle::io

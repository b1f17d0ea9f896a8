#include "io/npy/npy_stack.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>

#include "io/file_output.h"
#include "io/files/file.h"
#include "io/npy/header.h"
#include "io/npy/npy_array.h"
#include "io/npy/stack_info.h"
#include "io/staged_directory.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

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

// Whether there is a piece of a number from `first` on.
bool any_piece_from(const std::string& directory, std::size_t first) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && std::string_view(end) == ".npy" && number >= first) return true;
  }
  return false;
}

}  // namespace

NpyStack open_npy_stack(const std::string& directory) {
  const File info(FileIdentity::of(directory + "/info"));
  std::string text(std::min<std::uint64_t>(info.size(), 64 << 20), '\0');
  info.read_at(0, text.data(), text.size());
  NpyStack stack;
  stack.axis = npy::axis_in_stack_info(text, info.path());
  while (std::filesystem::exists(directory + piece_name(stack.pieces.size()))) {
    stack.pieces.push_back(open_npy(directory + piece_name(stack.pieces.size())));
    check_fits(*stack.pieces.back(), *stack.pieces.front(), stack.axis);
  }
  // The one that is missing says so: a stack is no shorter for it.
  if (any_piece_from(directory, stack.pieces.size())) open_npy(directory + piece_name(stack.pieces.size()));
  if (stack.pieces.empty()) throw IoError("expected a stack of .npy files, found no 0.npy: " + directory);
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

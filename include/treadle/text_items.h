#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/value.h"

namespace treadle {

/// Texts one behind the other in one piece of memory: how a partition of a Bag<std::string> lies there when
/// it was made from files. Eight bytes a text beside its own.
class TextItems {
 public:
  std::size_t size() const noexcept { return ends_.size(); }
  bool empty() const noexcept { return ends_.empty(); }
  /// The text at `index` < size(). The view dies when something is appended.
  std::string_view operator[](std::size_t index) const noexcept {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return {bytes_.data() + begin, ends_[index] - begin};
  }
  void append(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  void append(const TextItems& others);
  /// All texts without anything between them.
  const std::string& bytes() const noexcept { return bytes_; }
  /// Bytes resident.
  std::size_t nbytes() const noexcept {
    return sizeof(TextItems) + bytes_.capacity() + ends_.capacity() * sizeof(std::uint64_t);
  }
  /// Gives back room that is not used.
  void shrink_to_fit();

 private:
  friend struct Codec<TextItems>;
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

/// Texts and how often each occurs, in the order of their first occurrence: a partition of frequencies().
struct TextCounts {
  TextItems texts;
  std::vector<std::int64_t> counts;
};

template <>
struct Codec<TextItems> {
  static constexpr std::string_view kind = "text_items";
  static std::size_t nbytes(const TextItems& items) { return items.nbytes(); }
  static void write(const TextItems& items, ByteSink& sink);
  static TextItems read(ByteSource& source);
};

template <>
struct Codec<TextCounts> {
  static constexpr std::string_view kind = "text_counts";
  static std::size_t nbytes(const TextCounts& counts) {
    return counts.texts.nbytes() + counts.counts.capacity() * sizeof(std::int64_t);
  }
  static void write(const TextCounts& counts, ByteSink& sink);
  static TextCounts read(ByteSource& source);
};

}  // namespace treadle

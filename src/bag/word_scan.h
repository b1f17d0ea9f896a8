#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bag/word_table.h"

namespace treadle::bag {

/// `lower -> split -> flatten -> count` over ASCII text in one go. One thread at a time.
class WordScan {
 public:
  /// Counts the words of `text`, which white space separates; line ends are white space like any other. With
  /// `lower` the text is overwritten by its lower case. All bytes are ASCII, and Buffer::kPadding bytes
  /// behind the text may be read. Words get the places from `place` on; answers the place behind the last.
  std::uint64_t count(char* text, std::size_t size, bool lower, std::uint64_t place, WordTable& table);

 private:
  /// Where words begin and end, in turn.
  std::vector<std::uint32_t> edges_;
};

/// The size of the lines at the beginning of `text` that are ASCII throughout.
std::size_t ascii_lines(std::string_view text) noexcept;

}  // namespace treadle::bag

#pragma once

#include <cstdint>
#include <string_view>

#include "treadle/io_options.h"

namespace treadle::csv {

/// The characters that give a text its structure. 0 stands for "there is none", the delimiter excepted.
struct Dialect {
  std::uint8_t delimiter = ',';
  std::uint8_t quote = '"';
  std::uint8_t escape = 0;
  std::uint8_t comment = 0;
  /// A line of nothing but spaces and tabs is a blank one.
  bool spaces_are_blank = false;

  Dialect() = default;
  /// Throws InvalidArgument if two roles share a character or one is a line end.
  explicit Dialect(const CsvOptions& options);

  /// Whether a line of one field holds nothing. `line`: without its line end.
  bool is_blank(std::string_view line) const noexcept {
    return line.empty() || (spaces_are_blank && line.find_first_not_of(" \t") == std::string_view::npos);
  }
};

}  // namespace treadle::csv

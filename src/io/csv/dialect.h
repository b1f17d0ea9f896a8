#pragma once

#include <cstdint>

#include "treadle/io_options.h"

namespace treadle::csv {

/// The characters that give a text its structure. 0 stands for "there is none", the delimiter excepted.
struct Dialect {
  std::uint8_t delimiter = ',';
  std::uint8_t quote = '"';
  std::uint8_t escape = 0;
  std::uint8_t comment = 0;

  Dialect() = default;
  /// Throws InvalidArgument if two roles share a character or one is a line end.
  explicit Dialect(const CsvOptions& options);
};

}  // namespace treadle::csv

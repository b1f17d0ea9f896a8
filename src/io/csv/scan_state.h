#pragma once

#include <cstddef>
#include <cstdint>

#include "io/csv/structure.h"

namespace treadle::csv {

/// What the scan carries from one 64-byte chunk to the next. Masks are all ones or 0; bits are 1 or 0.
struct ScanState {
  std::uint64_t inside_quotes = 0;  // mask
  std::uint64_t field_start = 1;    // bit: the previous byte was a separator
  std::uint64_t line_start = 1;     // bit: the previous byte was a newline separator
  std::uint64_t after_quote =
      0;  // bit: the previous byte closed a quoted field, or is half of a doubled quote
  bool in_comment = false;
  bool escaped = false;
};

/// Goes through text[begin, end) byte by byte: the definition of what the vector scan does at speed.
void scan_bytes(const Dialect& dialect, const std::uint8_t* text, std::uint32_t begin, std::uint32_t end,
                ScanState& state, Structure& out);

}  // namespace treadle::csv

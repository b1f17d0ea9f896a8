#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/csv/dialect.h"
#include "io/csv/recycled_buffer.h"

namespace treadle::csv {

/// A field's bytes, with its quotes and escapes undone.
struct FieldText {
  std::string_view text;
  /// Was quoted: mostly no null, whatever its text.
  bool quoted = false;
  /// Lies in the scratch string, which the next decode() overwrites, and not in the block.
  bool in_scratch = false;
};

/// `field` with quotes and escapes undone; it is one field of a text with this dialect.
FieldText decode_field(const Dialect& dialect, std::string_view field, std::string& scratch);

/// One column of the rows of a block of text: where each row's field lies. A view: block and edges outlive
/// it.
struct FieldColumn {
  /// The block's first byte. 64 bytes behind its last one can be read.
  const std::uint8_t* text = nullptr;
  /// Row r's field is text[edges[r * stride] + 1, edges[r * stride + 1]).
  const std::uint32_t* edges = nullptr;
  std::size_t stride = 0;
  std::size_t num_rows = 0;
  Dialect dialect;
  /// Fields are exactly their bytes: none is quoted, none has escapes. decode() is not needed.
  bool plain = true;
  /// No field has escapes or quotes inside: a quoted one is what lies between its first and last byte.
  bool simple_quotes = true;
  /// The block's memory, for text that is to lie in it.
  const RecycledBuffer* block = nullptr;

  std::uint32_t begin(std::size_t row) const { return edges[row * stride] + 1; }
  std::uint32_t end(std::size_t row) const { return edges[row * stride + 1]; }
  /// The bytes as they stand.
  std::string_view raw(std::size_t row) const {
    return {reinterpret_cast<const char*>(text) + begin(row), end(row) - begin(row)};
  }
  FieldText decode(std::size_t row, std::string& scratch) const {
    const std::string_view field = raw(row);
    const auto quote = static_cast<char>(dialect.quote);
    if (simple_quotes && field.size() > 1 && field.front() == quote && field.back() == quote && quote != 0) {
      return {field.substr(1, field.size() - 2), true, false};
    }
    return decode_field(dialect, field, scratch);
  }
};

}  // namespace treadle::csv

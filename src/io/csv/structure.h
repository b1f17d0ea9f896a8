#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/csv/dialect.h"

// How CSV text becomes columns:
//
//   text block --scan--> separators --rows--> fields by (row, column) --column builders--> a Batch
//
//   separator  a delimiter or a newline that is not quoted, escaped or in a comment
//   line       what a newline separator ends: a record, a blank line or a comment
//   row        a record with as many fields as the file has columns
//
// The scan looks at 64 bytes at a time: one bit a byte for quotes, delimiters and newlines; a prefix xor of
// the quote bits says what is quoted. (Langdale, Lemire: Parsing Gigabytes of JSON per Second, 2019.) What
// the bits cannot say, such as a quote inside an unquoted field, is left to a state machine for those 64
// bytes.
namespace treadle::csv {

/// The separators of a text, and what else the scan saw. One scan's result; reused for the next.
class Structure {
 public:
  /// edges()[0] is one before the scanned text (modulo 2^32); edges()[i + 1] is the i-th separator.
  const std::uint32_t* edges() const noexcept { return edges_.get(); }
  std::size_t num_separators = 0;
  std::size_t num_newlines = 0;
  bool has_quotes = false;
  /// Some quote is neither the first nor the last byte of its field.
  bool has_inner_quotes = false;
  bool has_escapes = false;
  bool has_comments = false;
  bool has_carriage_returns = false;
  bool has_non_ascii = false;
  /// The text ends inside quotes.
  bool ends_in_quotes = false;

  /// Forgets everything; `before_text` becomes edges()[0].
  void reset(std::uint32_t before_text);
  /// Where the next separators go; room for `more` of them.
  std::uint32_t* append_room(std::size_t more) {
    if (num_separators + 1 + more > capacity_) grow(num_separators + 1 + more);
    return edges_.get() + num_separators + 1;
  }
  std::size_t nbytes() const noexcept { return capacity_ * sizeof(std::uint32_t); }
  /// Makes room for a text with so many separators, once reset: then scanning it takes no more memory.
  void reserve(std::size_t separators);
  /// What reserve() may take.
  static std::size_t bytes_for(std::size_t separators) noexcept;

 private:
  void grow(std::size_t needed);
  std::unique_ptr<std::uint32_t[]> edges_;
  std::size_t capacity_ = 0;
};

/// How many bytes could be separators: at least as many as scan_structure() finds.
std::size_t count_separators(const Dialect& dialect, const std::uint8_t* text, std::size_t size);

/// Finds the separators of text[begin, end). `begin` is the start of a line, or, for guesses, lies anywhere;
/// `inside_quotes`: it lies inside a quoted field. Nothing past `end` is read.
void scan_structure(const Dialect& dialect, const std::uint8_t* text, std::uint32_t begin, std::uint32_t end,
                    bool inside_quotes, Structure& out);

}  // namespace treadle::csv

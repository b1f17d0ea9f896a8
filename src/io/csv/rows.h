#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/csv/structure.h"

namespace treadle::csv {

/// A record that is no row.
struct BadRow {
  enum class Reason : std::uint8_t { kFields, kUtf8, kUnterminated };
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  Reason reason = Reason::kFields;
  /// How many fields it has (kFields); the field it is about (kUtf8).
  std::size_t fields = 0;
};

/// What a record must look like.
struct RowShape {
  /// Whether a record of so many fields is a row.
  bool takes(std::size_t fields) const noexcept {
    return fields == num_fields || (fields < num_fields ? fills_short : cuts_long);
  }

  Dialect dialect;
  std::size_t num_fields = 0;
  bool skip_blank_lines = true;
  /// Fields that must be UTF-8.
  std::vector<std::uint32_t> text_fields;
  /// Fields that a record lacks at its end are empty; those it has too many are passed over.
  bool fills_short = false;
  bool cuts_long = false;
};

/// The rows of a scanned text. Where every line is one, the scan's separators are already the table of
/// fields; where some are not, the good ones are gathered. One thread at a time; reused.
class Rows {
 public:
  explicit Rows(RowShape shape) : shape_(std::move(shape)) {}

  /// Takes the lines that end, and begin before `limit`. `structure` outlives the rows.
  void find(const std::uint8_t* text, const Structure& structure, std::uint32_t limit);

  /// Forgets the rows that begin at `position` or behind it.
  void keep_before(std::uint32_t position);

  std::size_t size() const noexcept { return num_rows_; }
  /// Row r, field c lies between edges()[r * stride() + c] and edges()[r * stride() + c + 1].
  const std::uint32_t* edges() const noexcept { return edges_; }
  std::size_t stride() const noexcept { return stride_; }
  std::uint32_t row_begin(std::size_t row) const { return edges_[row * stride_] + 1; }
  /// Where the first line begins that was not taken.
  std::uint32_t next_line() const noexcept { return next_line_; }
  /// Lines passed over that should have been rows, in order.
  const std::vector<BadRow>& bad_rows() const noexcept { return bad_rows_; }
  std::size_t nbytes() const noexcept { return gathered_.capacity() * sizeof(std::uint32_t); }
  const RowShape& shape() const noexcept { return shape_; }

 private:
  bool take_regular(const std::uint8_t* text, const Structure& structure, std::uint32_t limit);
  void gather(const std::uint8_t* text, const Structure& structure, std::uint32_t limit);
  void gather_line(const std::uint8_t* text, const std::uint32_t* line, std::size_t fields);
  void gather_row(const std::uint8_t* text, const std::uint32_t* line, std::size_t fields);
  void drop_malformed_text(const std::uint8_t* text);
  std::size_t malformed_field(const std::uint8_t* text, const std::uint32_t* row) const;

  RowShape shape_;
  std::size_t num_rows_ = 0;
  const std::uint32_t* edges_ = nullptr;
  std::size_t stride_ = 0;
  std::uint32_t next_line_ = 0;
  std::vector<std::uint32_t> gathered_;
  std::vector<BadRow> bad_rows_;
};

}  // namespace treadle::csv

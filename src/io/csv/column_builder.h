#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/column.h"
#include "io/csv/fields.h"
#include "io/csv/null_spellings.h"
#include "treadle/data_type.h"

namespace treadle::csv {

/// Makes one column of a morsel out of fields. Used for one morsel after the other; one thread at a time.
class ColumnBuilder {
 public:
  virtual ~ColumnBuilder() = default;
  /// Parses the fields and appends their values. Answers how many rows it took: if fewer than there are, the
  /// next field is no value of the type, and the morsel cannot be finished.
  virtual std::size_t append(const FieldColumn& fields) = 0;
  /// The column of all rows since the last finish().
  virtual columnar::Column finish() = 0;
  /// Forgets rows appended, and what was learnt of earlier morsels: a new strip begins.
  virtual void restart() = 0;
  /// Some value since restart() would not come out of the finished column in its spelling, or not in its
  /// value as another type: "007", "-0".
  bool has_odd_values() const noexcept { return has_odd_values_; }

 protected:
  bool has_odd_values_ = false;
};

/// How a column of text that is no ISO 8601 is read as dates; see CsvOptions::date_format.
struct ColumnFormat {
  /// strptime-like; empty: ISO 8601.
  std::string date_format;
};

/// A builder for `type`. `nulls` outlives it. Throws InvalidArgument for a type that is not read from text.
std::unique_ptr<ColumnBuilder> make_column_builder(const DataType& type, const ColumnFormat& format,
                                                   const NullSpellings& nulls);

/// The validity of rows, of which few are null. Costs nothing until the first one.
class NullRows {
 public:
  void add(std::size_t row) { rows_.push_back(static_cast<std::uint32_t>(row)); }
  std::int64_t count() const noexcept { return static_cast<std::int64_t>(rows_.size()); }
  const std::vector<std::uint32_t>& rows() const noexcept { return rows_; }
  /// The bits of `num_rows` rows, or nullptr if none is null; starts anew.
  BufferPtr finish(std::size_t num_rows);
  void clear() { rows_.clear(); }

 private:
  std::vector<std::uint32_t> rows_;
  RecycledBuffer bits_;
};

}  // namespace treadle::csv

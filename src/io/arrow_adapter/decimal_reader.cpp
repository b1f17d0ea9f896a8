#include "io/arrow_adapter/decimal_reader.h"

#include <parquet/types.h>

#include <string>
#include <utility>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/int128.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::int128_t;

template <class Stored>
class IntegerDecimals final : public DecimalReader {
 public:
  IntegerDecimals(std::shared_ptr<parquet::ColumnReader> column, DataType type)
      : column_(std::move(column)),
        type_(std::move(type)),
        has_levels_(column_->descr()->max_definition_level() > 0) {}

  Column read(std::int64_t rows) override {
    const std::int64_t present = read_values(rows);
    const auto count = static_cast<std::size_t>(rows);
    BufferBuilder values(count * sizeof(int128_t));
    auto* out = values.as<int128_t>();
    if (present == rows) {
      for (std::size_t row = 0; row < count; ++row) out[row] = values_[row];
      return {type_, columnar::Layout::kPlain, rows, nullptr, values.finish(), {}, 0};
    }
    BufferBuilder validity;
    validity.resize_zeroed(columnar::bitmap_bytes(rows));
    std::size_t next = 0;
    for (std::size_t row = 0; row < count; ++row) {
      const bool valid = levels_[row] != 0;
      out[row] = valid ? int128_t{values_[next++]} : int128_t{0};
      if (valid) columnar::set_bit(validity.data(), static_cast<std::int64_t>(row));
    }
    return {type_, columnar::Layout::kPlain, rows, validity.finish(), values.finish(), {}, rows - present};
  }

 private:
  /// Values side by side, and for each row whether it has one. Answers how many there are.
  std::int64_t read_values(std::int64_t rows) {
    auto& reader = static_cast<parquet::TypedColumnReader<Stored>&>(*column_);
    values_.resize(static_cast<std::size_t>(rows));
    if (has_levels_) levels_.resize(static_cast<std::size_t>(rows));
    std::int64_t done = 0, present = 0;
    while (done < rows) {
      std::int64_t some = 0;
      std::int16_t* levels = has_levels_ ? levels_.data() + done : nullptr;
      const std::int64_t read =
          reader.ReadBatch(rows - done, levels, nullptr, values_.data() + present, &some);
      if (read <= 0) {
        throw IoError("the column ends " + std::to_string(rows - done) + " rows before its row group");
      }
      done += read;
      present += some;
    }
    return present;
  }

  std::shared_ptr<parquet::ColumnReader> column_;
  DataType type_;
  bool has_levels_;
  std::vector<typename Stored::c_type> values_;
  std::vector<std::int16_t> levels_;
};

}  // namespace

bool is_integer_decimal(const parquet::ColumnDescriptor& column, const DataType& type) {
  const parquet::Type::type stored = column.physical_type();
  return type.id() == TypeId::kDecimal128 && column.max_repetition_level() == 0 &&
         column.max_definition_level() <= 1 &&
         (stored == parquet::Type::INT32 || stored == parquet::Type::INT64);
}

std::unique_ptr<DecimalReader> make_decimal_reader(std::shared_ptr<parquet::ColumnReader> column,
                                                   const DataType& type) {
  if (column->type() == parquet::Type::INT32)
    return std::make_unique<IntegerDecimals<parquet::Int32Type>>(std::move(column), type);
  return std::make_unique<IntegerDecimals<parquet::Int64Type>>(std::move(column), type);
}

}  // namespace treadle::io

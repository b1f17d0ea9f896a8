#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/csv/read_plan.h"
#include "io/source.h"

namespace treadle::csv {

/// Turns the rows of one strip's blocks into morsels. One thread at a time; used for strip after strip.
class MorselMaker {
 public:
  /// Both outlive it.
  MorselMaker(const ReadPlan& plan, columnar::SchemaPtr assumed);

  /// The line that a byte of the block lies in.
  using LineOf = std::function<std::uint64_t(std::uint32_t position)>;

  void begin_strip();
  /// Takes the block's rows; hands on morsels that are full, or large enough to be worth it. False: no more
  /// are wanted. What the morsels hold of the block's memory, they keep. Rows before a bad value are handed
  /// on before it is thrown.
  bool take(const TextBlock& block, const Structure& structure, const Rows& rows,
            const io::MorselConsumer& consume, const LineOf& line_of);
  /// Hands on the rest.
  bool finish(const io::MorselConsumer& consume);
  std::uint64_t num_rows() const noexcept { return num_rows_; }
  std::vector<std::size_t> odd_columns() const;
  const columnar::SchemaPtr& assumed() const noexcept { return assumed_; }

 private:
  struct Range {
    std::size_t first, count;
  };
  struct BadValue {
    std::size_t row, column;
  };
  std::optional<BadValue> append(const TextBlock& block, const Structure& structure, const Rows& rows,
                                 Range range);
  [[noreturn]] void reject(const TextBlock& block, const Structure& structure, const Rows& rows, BadValue bad,
                           const LineOf& line_of);
  FieldColumn fields_of(const TextBlock& block, const Structure& structure, const Rows& rows, Range range,
                        std::size_t column);
  void trim_returns(FieldColumn& fields);
  bool is_missing(std::size_t column) const { return plan_.columns[column].field == kMissingColumn; }
  bool deliver(const io::MorselConsumer& consume);

  const ReadPlan& plan_;
  columnar::SchemaPtr assumed_;
  std::vector<std::unique_ptr<ColumnBuilder>> builders_;
  std::vector<std::uint32_t> trimmed_;  // edges of the last column, carriage returns left out
  std::size_t pending_rows_ = 0;
  std::size_t pending_bytes_ = 0;
  std::uint64_t num_rows_ = 0;
};

}  // namespace treadle::csv

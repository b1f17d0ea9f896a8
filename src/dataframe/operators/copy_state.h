#pragma once

#include <cstdint>
#include <vector>

#include "dataframe/operators/running_state.h"

namespace treadle::dataframe {

/// Rows that are copied from rows before: of those, the last ones are kept.
class CopyState : public RunningState {
 public:
  columnar::Column next(const columnar::Column& values, std::span<const std::uint8_t> starts) override;

 protected:
  /// The row of `joined` that row `row` is a copy of; -1 for null. Called row by row.
  virtual std::int64_t source(const columnar::Column& joined, std::int64_t row, bool start) = 0;
  /// The rows of those so far that the next ones may be copies of: they become the first ones.
  virtual std::vector<std::int64_t> keep(std::int64_t length) = 0;

 private:
  columnar::Column kept_;
};

/// Copies of one row of the run, chosen among those so far.
class ChosenRowState : public CopyState {
 protected:
  std::vector<std::int64_t> keep(std::int64_t) final {
    if (chosen_ < 0) return {};
    const std::int64_t row = chosen_;
    chosen_ = 0;
    return {row};
  }
  std::int64_t chosen_ = -1;
};

}  // namespace treadle::dataframe

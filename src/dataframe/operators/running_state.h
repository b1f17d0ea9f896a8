#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "columnar/column.h"
#include "treadle/running_column.h"

namespace treadle::dataframe {

/// What one running column remembers of the rows before.
class RunningState {
 public:
  virtual ~RunningState() = default;
  /// The running values of the next rows; `starts[i]` is not 0 where a run begins anew in row i. `values` is
  /// of no meaning for kinds without a column.
  virtual columnar::Column next(const columnar::Column& values, std::span<const std::uint8_t> starts) = 0;
};

/// `type`: of the column. `partition`: what kPartition answers with; read at each call of next().
std::unique_ptr<RunningState> make_running_state(const RunningColumn& column, const DataType& type,
                                                 const std::int64_t& partition);

/// The type of a running column over one of `input`. Throws TypeError naming it where there is none.
DataType running_type(const RunningColumn& column, const DataType& input);

}  // namespace treadle::dataframe

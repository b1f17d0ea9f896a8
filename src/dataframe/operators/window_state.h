#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "treadle/window.h"

namespace treadle::dataframe {

/// Where groups begin, and in them rows that the order tells apart from the row before: not 0 there. Of rows
/// that are gone through backward, where they end.
struct RowMarks {
  std::vector<std::uint8_t> groups;
  std::vector<std::uint8_t> peers;
};

/// What one step of a window column remembers of the rows before.
class WindowState {
 public:
  virtual ~WindowState() = default;
  virtual columnar::Column next(const columnar::Column& values, const RowMarks& marks) = 0;
};
using WindowSteps = std::vector<std::unique_ptr<WindowState>>;

/// What makes a window column of its argument: steps from the first row to the last, then steps back.
struct WindowWays {
  WindowSteps forward;
  WindowSteps backward;
};

/// The type of a window column over one of `input`. Throws TypeError naming it where there is none,
/// InvalidArgument for a frame that the kind does not have.
DataType window_type(const WindowColumn& column, const DataType& input);
bool takes_column(WindowKind kind);
/// Whether the frame has two ends in numbers of rows: a SlidingFrame computes it.
bool slides(const WindowColumn& column);
/// Of a column that does not slide. `type`: of the argument.
WindowWays make_window_ways(const WindowColumn& column, const DataType& type);

}  // namespace treadle::dataframe

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "treadle/window.h"

namespace treadle::dataframe {

/// A window column over frames of so many rows before and behind each row. Remembers the rows before; those
/// behind are handed in.
class SlidingFrame {
 public:
  /// Frames with both ends, as slides() says.
  explicit SlidingFrame(const WindowColumn& column) : column_(column) {}
  /// The values of the next rows. `following`, with `following_starts`: the rows behind them, as many as the
  /// frame looks at or all that there are.
  columnar::Column next(const columnar::Column& values, std::span<const std::uint8_t> starts,
                        const columnar::Column& following, std::span<const std::uint8_t> following_starts);

 private:
  WindowColumn column_;
  columnar::Column before_;
  std::int64_t number_ = -1;  // of the last row in its group, from 0
};

}  // namespace treadle::dataframe

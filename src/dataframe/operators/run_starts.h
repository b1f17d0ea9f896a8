#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "columnar/batch.h"

namespace treadle::dataframe {

/// Says in which rows, gone through in order, a run begins: those that differ in a key from the row before.
class RunStarts {
 public:
  explicit RunStarts(std::vector<std::size_t> keys) : keys_(std::move(keys)) {}
  /// Of the rows of the next batch; the first row of all begins none. `backward`: they are gone through, and
  /// the answer is, from the last to the first.
  std::vector<std::uint8_t> of(const columnar::Batch& batch, bool backward = false);

 private:
  std::vector<std::size_t> keys_;
  std::optional<columnar::Batch> before_;
};

}  // namespace treadle::dataframe

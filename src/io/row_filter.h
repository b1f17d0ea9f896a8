#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"

namespace treadle::io {

/// Tells the rows of a scan that matter by some of their columns, so that a source need not unpack the other
/// columns of the rest (ScanRequest::filters). Immutable; thread-safe.
class RowFilter {
 public:
  virtual ~RowFilter() = default;
  /// The columns of the source that it looks at, each once, in its order.
  virtual const std::vector<std::string>& columns() const = 0;
  /// Sets `wanted` to the numbers of the rows that matter, in ascending order. `rows`: columns() in their
  /// order, of rows that no filter before this one has ruled out.
  virtual void select(const columnar::Batch& rows, std::vector<std::uint32_t>& wanted) const = 0;
  /// Whether rows may be delivered that it rules out, as something behind the scan drops them anyway: readers
  /// stop to ask where it rules out too few.
  virtual bool is_optional() const = 0;
};

}  // namespace treadle::io

#pragma once

#include <cstddef>
#include <unordered_set>

#include "columnar/column.h"

namespace treadle::columnar {

/// Adds up the bytes of columns, counting once what several of them share: the dictionary of all batches, the
/// text block that the views of ten columns lie in.
class BufferTally {
 public:
  void add(const Column& column);
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void add(const BufferPtr& buffer);

  std::unordered_set<const void*> seen_;
  std::size_t bytes_ = 0;
};

}  // namespace treadle::columnar

#include <cstring>

#include "io/csv/column_builder.h"

namespace treadle::csv {

BufferPtr NullRows::finish(std::size_t num_rows) {
  if (rows_.empty()) return nullptr;
  const std::size_t bytes = (num_rows + 7) / 8;
  bits_.restart();
  bits_.reserve(bytes, 0);
  std::uint8_t* bits = bits_.data();
  std::memset(bits, 0xFF, bytes);
  if (num_rows % 8 != 0) bits[bytes - 1] = static_cast<std::uint8_t>((1 << num_rows % 8) - 1);
  for (const std::uint32_t row : rows_) bits[row / 8] &= static_cast<std::uint8_t>(~(1 << row % 8));
  rows_.clear();
  return bits_.share(bytes);
}

}  // namespace treadle::csv

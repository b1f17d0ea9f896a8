#include "io/csv/line_number.h"

#include <algorithm>
#include <vector>

namespace treadle::csv {

std::uint64_t line_number(const io::File& file, std::uint64_t offset) {
  std::vector<char> piece(std::size_t{1} << 20);
  std::uint64_t lines = 1;
  for (std::uint64_t at = 0; at < offset; at += piece.size()) {
    const auto size = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(piece.size(), offset - at));
    file.read_at(at, piece.data(), static_cast<std::size_t>(size));
    lines += static_cast<std::uint64_t>(std::count(piece.begin(), piece.begin() + size, '\n'));
  }
  return lines;
}

}  // namespace treadle::csv

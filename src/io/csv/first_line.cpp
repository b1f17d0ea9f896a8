#include "io/csv/first_line.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace treadle::csv {
namespace {

constexpr std::size_t kFirstProbe = 16 << 10;
constexpr std::size_t kLargestProbe = 1 << 20;
constexpr std::size_t kLinesToJudge = 64;

/// What a text looks like under one assumption.
struct Reading {
  bool has_line = false;
  std::uint32_t first_line = 0;  // where the first line begins behind the text's first byte
  std::size_t good = 0;          // lines of the right shape
  std::size_t bad = 0;

  bool better_than(const Reading& other) const {
    if (has_line != other.has_line) return has_line;
    return bad != other.bad ? bad < other.bad : good > other.good;
  }
};

bool has_shape(const RowShape& shape, const std::string& text, const std::uint32_t* line,
               std::size_t fields) {
  const std::uint32_t begin = line[0] + 1;
  const std::string_view whole(text.data() + begin, line[fields] - begin);
  const bool blank = fields == 1 && (whole.size() <= 1 || shape.dialect.is_blank(whole));
  const bool comment = shape.dialect.comment != 0 && text[begin] == static_cast<char>(shape.dialect.comment);
  return fields == shape.num_fields || blank || comment;
}

Reading read(const RowShape& shape, const std::string& text, bool inside_quotes) {
  Structure structure;
  scan_structure(shape.dialect, reinterpret_cast<const std::uint8_t*>(text.data()), 0,
                 static_cast<std::uint32_t>(text.size()), inside_quotes, structure);
  Reading reading;
  const std::uint32_t* line = structure.edges();
  const std::uint32_t* const end = line + structure.num_separators + 1;
  for (const std::uint32_t* edge = line + 1; edge < end && reading.good + reading.bad < kLinesToJudge;
       ++edge) {
    if (text[*edge] != '\n') continue;
    if (!reading.has_line) {
      reading.has_line = true;
      reading.first_line = *edge + 1;
    } else if (has_shape(shape, text, line, static_cast<std::size_t>(edge - line))) {
      ++reading.good;
    } else {
      ++reading.bad;
    }
    line = edge;
  }
  return reading;
}

}  // namespace

std::optional<std::uint64_t> guess_first_line(const io::File& file, std::uint64_t offset,
                                              const RowShape& shape) {
  // The byte before tells whether a line begins at `offset` itself.
  const std::uint64_t start = offset - 1, left = file.size() - start;
  for (std::size_t probe = kFirstProbe; probe <= kLargestProbe; probe *= 8) {
    const bool whole = probe >= left;
    std::string text(static_cast<std::size_t>(std::min<std::uint64_t>(probe, left)), '\0');
    file.read_at(start, text.data(), text.size());
    if (whole && text.back() != '\n') text += '\n';
    const Reading outside = read(shape, text, false);
    const bool quotes =
        shape.dialect.quote != 0 && text.find(static_cast<char>(shape.dialect.quote)) != std::string::npos;
    const Reading inside = quotes ? read(shape, text, true) : Reading();
    const Reading& best = inside.better_than(outside) ? inside : outside;
    // Rows of other numbers of fields say less, so more of them are looked at.
    const bool odd_rows = (shape.fills_short || shape.cuts_long) && best.bad == kLinesToJudge;
    const bool judged = best.good > 0 || odd_rows || whole;
    if (best.has_line && judged) return std::min(start + best.first_line, file.size());
    if (whole) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace treadle::csv

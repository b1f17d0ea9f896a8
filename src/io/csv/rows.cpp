#include "io/csv/rows.h"

#include <algorithm>
#include <string_view>

#include "io/csv/utf8.h"

namespace treadle::csv {
namespace {

/// The number of rows, each `stride` edges apart, that begin before `limit`.
std::size_t rows_before(const std::uint32_t* edges, std::size_t stride, std::size_t num_rows,
                        std::uint32_t limit) {
  std::size_t low = 0, high = num_rows;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (edges[middle * stride] + 1 < limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// Where a line's text ends: before its newline at `end`, and the carriage return there.
std::uint32_t end_of_text(const std::uint8_t* text, std::uint32_t begin, std::uint32_t end) {
  return end - (end > begin && text[end - 1] == '\r' ? 1 : 0);
}

}  // namespace

void Rows::find(const std::uint8_t* text, const Structure& structure, std::uint32_t limit) {
  bad_rows_.clear();
  if (!take_regular(text, structure, limit)) gather(text, structure, limit);
  if (structure.has_non_ascii && !shape_.text_fields.empty()) drop_malformed_text(text);
}

void Rows::keep_before(std::uint32_t position) {
  num_rows_ = rows_before(edges_, stride_, num_rows_, position);
}

/// Every n-th separator is a newline and there are no others: then all lines are rows.
bool Rows::take_regular(const std::uint8_t* text, const Structure& structure, std::uint32_t limit) {
  const std::size_t fields = shape_.num_fields, lines = structure.num_newlines;
  const std::uint32_t* edges = structure.edges();
  if (structure.has_comments || lines * fields > structure.num_separators) return false;
  bool regular = true;
  for (std::size_t line = 1; line <= lines; ++line) regular &= text[edges[line * fields]] == '\n';
  if (fields == 1 && shape_.skip_blank_lines) {
    regular &= !structure.has_carriage_returns;
    for (std::size_t line = 0; line < lines; ++line) regular &= edges[line + 1] - edges[line] > 1;
    if (shape_.dialect.spaces_are_blank) {
      for (std::size_t line = 0; line < lines; ++line) regular &= text[edges[line] + 1] > ' ';
    }
  }
  if (!regular) return false;
  num_rows_ = rows_before(edges, fields, lines, limit);
  edges_ = edges;
  stride_ = fields;
  next_line_ = edges[num_rows_ * fields] + 1;
  return true;
}

void Rows::gather(const std::uint8_t* text, const Structure& structure, std::uint32_t limit) {
  gathered_.clear();
  num_rows_ = 0;
  stride_ = shape_.num_fields + 1;
  const std::uint32_t* line = structure.edges();
  const std::uint32_t* const end = line + structure.num_separators + 1;
  for (const std::uint32_t* edge = line + 1; edge < end && line[0] + 1 < limit; ++edge) {
    if (text[*edge] != '\n') continue;
    gather_line(text, line, static_cast<std::size_t>(edge - line));
    line = edge;
  }
  next_line_ = line[0] + 1;
  edges_ = gathered_.data();
}

/// A line of `fields` fields: line[0] is the edge before it, line[fields] its newline.
void Rows::gather_line(const std::uint8_t* text, const std::uint32_t* line, std::size_t fields) {
  const std::uint32_t begin = line[0] + 1, end = line[fields];
  if (shape_.dialect.comment != 0 && begin < end && text[begin] == shape_.dialect.comment) return;
  const std::string_view whole(reinterpret_cast<const char*>(text) + begin,
                               end_of_text(text, begin, end) - begin);
  const bool blank = fields == 1 && shape_.dialect.is_blank(whole);
  if (blank && shape_.skip_blank_lines) return;
  if (blank || shape_.takes(fields)) {
    gather_row(text, line, fields);
  } else {
    bad_rows_.push_back({begin, end, BadRow::Reason::kFields, fields});
  }
}

/// A line of any number of fields. Those that it lacks are empty: each begins where it ends.
void Rows::gather_row(const std::uint8_t* text, const std::uint32_t* line, std::size_t fields) {
  const std::size_t given = std::min(fields, shape_.num_fields);
  gathered_.insert(gathered_.end(), line, line + given + 1);
  if (fields < shape_.num_fields) {
    gathered_.back() = end_of_text(text, line[fields - 1] + 1, line[fields]);
    for (std::size_t field = fields; field < shape_.num_fields; ++field)
      gathered_.push_back(gathered_.back() + 1);
  }
  ++num_rows_;
}

void Rows::drop_malformed_text(const std::uint8_t* text) {
  std::vector<std::size_t> malformed;
  for (std::size_t row = 0; row < num_rows_; ++row) {
    const std::uint32_t* edges = edges_ + row * stride_;
    const std::size_t field = malformed_field(text, edges);
    if (field == shape_.num_fields) continue;
    malformed.push_back(row);
    bad_rows_.push_back({edges[0] + 1, edges[shape_.num_fields], BadRow::Reason::kUtf8, field});
  }
  if (malformed.empty()) return;
  std::vector<std::uint32_t> kept;
  auto next = malformed.begin();
  for (std::size_t row = 0; row < num_rows_; ++row) {
    if (next != malformed.end() && *next == row) {
      ++next;
      continue;
    }
    const std::uint32_t* edges = edges_ + row * stride_;
    kept.insert(kept.end(), edges, edges + shape_.num_fields + 1);
  }
  gathered_ = std::move(kept);
  edges_ = gathered_.data();
  stride_ = shape_.num_fields + 1;
  num_rows_ -= malformed.size();
  std::stable_sort(bad_rows_.begin(), bad_rows_.end(),
                   [](const BadRow& a, const BadRow& b) { return a.begin < b.begin; });
}

/// The first field of a row that is not the UTF-8 it must be; num_fields if all are.
std::size_t Rows::malformed_field(const std::uint8_t* text, const std::uint32_t* row) const {
  for (const std::uint32_t field : shape_.text_fields) {
    const std::uint32_t begin = row[field] + 1, end = std::max(begin, row[field + 1]);
    if (!is_utf8({reinterpret_cast<const char*>(text) + begin, end - begin})) return field;
  }
  return shape_.num_fields;
}

}  // namespace treadle::csv

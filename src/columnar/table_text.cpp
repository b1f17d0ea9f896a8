#include <utf8proc.h>

#include <algorithm>

#include "columnar/batch.h"
#include "columnar/format.h"
#include "treadle/table.h"

// A table drawn as a box:
//
//   shape: (3, 2)
//   ┌─────────┬───────────┐
//   │ carrier ┆ arr_delay │
//   │ ---     ┆       --- │
//   │ utf8    ┆   float64 │
//   ╞═════════╪═══════════╡
//   │ AA      ┆       2.5 │
//   │ …       ┆         … │
//   └─────────┴───────────┘
namespace treadle {
namespace {

constexpr std::size_t kMaxColumns = 12;
constexpr int kMaxWidth = 40;

struct Cells {
  std::vector<std::string> texts;  // name, "---", type, values
  bool right = false;
  int width = 0;
};

/// Columns that a terminal takes for the text: wide letters two, combining ones none.
int display_width(std::string_view text) {
  int width = 0;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(at, left, &code);
    if (size <= 0) {
      ++width, ++at, --left;
      continue;
    }
    width += utf8proc_charwidth(code);
    at += size, left -= size;
  }
  return width;
}

/// Control characters would break the box; long text is cut.
std::string shown(std::string_view text) {
  std::string out;
  int width = 0;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = std::max<utf8proc_ssize_t>(utf8proc_iterate(at, left, &code), 1);
    if (width >= kMaxWidth) return out + "…";
    if (code == '\n')
      out += "\\n";
    else if (code == '\t')
      out += "\\t";
    else if (code == '\r')
      out += "\\r";
    else if (code < 32 || code == 127)
      out += "\xEF\xBF\xBD";
    else
      out.append(reinterpret_cast<const char*>(at), static_cast<std::size_t>(size));
    width += code < 32 ? 2 : utf8proc_charwidth(code);
    at += size, left -= size;
  }
  return out;
}

/// The rows to show: all, or the first and last ones with -1 between them.
std::vector<std::int64_t> chosen_rows(std::int64_t num_rows, std::int64_t max_rows) {
  std::vector<std::int64_t> rows;
  const std::int64_t limit = std::max<std::int64_t>(max_rows, 0);
  const bool cut = num_rows > limit;
  const std::int64_t front = cut ? (limit + 1) / 2 : num_rows;
  for (std::int64_t row = 0; row < front; ++row) rows.push_back(row);
  if (cut) rows.push_back(-1);
  for (std::int64_t row = cut ? num_rows - limit / 2 : num_rows; row < num_rows; ++row) rows.push_back(row);
  return rows;
}

void append_cells(Cells& cells, const std::vector<columnar::Batch>& batches, std::size_t column,
                  const std::vector<std::int64_t>& rows) {
  std::size_t batch = 0;
  std::int64_t first = 0;
  for (const std::int64_t row : rows) {
    if (row < 0) {
      cells.texts.emplace_back("…");
      continue;
    }
    while (row - first >= batches[batch].num_rows()) first += batches[batch++].num_rows();
    std::string text;
    columnar::append_value(text, batches[batch].column(column), row - first);
    cells.texts.push_back(shown(text));
  }
}

Cells make_cells(const Table& table, std::size_t column, const std::vector<std::int64_t>& rows) {
  const Field& field = table.schema().field(column);
  Cells cells;
  cells.right = field.type.is_numeric();
  cells.texts = {shown(field.name), "---", shown(field.type.to_string())};
  append_cells(cells, table.batches(), column, rows);
  for (const std::string& text : cells.texts) cells.width = std::max(cells.width, display_width(text));
  return cells;
}

Cells dots(std::size_t lines) { return {std::vector<std::string>(lines, "…"), false, 1}; }

void append_rule(std::string& out, const std::vector<Cells>& columns, const char* left, const char* line,
                 const char* middle, const char* right) {
  out += left;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != 0) out += middle;
    for (int n = 0; n < columns[i].width + 2; ++n) out += line;
  }
  out += right;
  out += '\n';
}

void append_line(std::string& out, const std::vector<Cells>& columns, std::size_t line) {
  out += "│";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Cells& cells = columns[i];
    const std::string& text = cells.texts[line];
    const std::string padding(static_cast<std::size_t>(cells.width - display_width(text)), ' ');
    out += i == 0 ? " " : "┆ ";
    out += cells.right ? padding + text : text + padding;
    out += ' ';
  }
  out += "│\n";
}

}  // namespace

std::string Table::to_string(std::int64_t max_rows) const {
  std::string out = "shape: (" + std::to_string(num_rows()) + ", " + std::to_string(num_columns()) + ")\n";
  if (num_columns() == 0) return out;
  const std::vector<std::int64_t> rows = chosen_rows(num_rows(), max_rows);
  std::vector<Cells> columns;
  const bool cut = num_columns() > kMaxColumns;
  for (std::size_t i = 0; i < num_columns(); ++i) {
    const bool left_out = cut && i >= kMaxColumns / 2 && i < num_columns() - kMaxColumns / 2;
    if (!left_out)
      columns.push_back(make_cells(*this, i, rows));
    else if (i == kMaxColumns / 2)
      columns.push_back(dots(rows.size() + 3));
  }
  append_rule(out, columns, "┌", "─", "┬", "┐");
  for (std::size_t line = 0; line < 3; ++line) append_line(out, columns, line);
  append_rule(out, columns, "╞", "═", "╪", "╡");
  for (std::size_t line = 3; line < rows.size() + 3; ++line) append_line(out, columns, line);
  append_rule(out, columns, "└", "─", "┴", "┘");
  return out;
}

}  // namespace treadle

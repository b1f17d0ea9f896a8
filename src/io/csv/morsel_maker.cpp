#include "io/csv/morsel_maker.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "io/csv/bad_input.h"

namespace treadle::csv {
namespace {

// A morsel of this many rows pays for its making; fewer are handed on only when their text fills this much
// memory.
constexpr std::size_t kEnoughRows = 1024;
constexpr std::size_t kMuchText = 2 << 20;

/// Whether a field of the column begins with a quote. Quotes elsewhere stand for themselves.
bool any_quoted(const FieldColumn& fields) {
  bool any = false;
  for (std::size_t row = 0; row < fields.num_rows; ++row)
    any |= fields.text[fields.begin(row)] == fields.dialect.quote;
  return any;
}

}  // namespace

MorselMaker::MorselMaker(const ReadPlan& plan, columnar::SchemaPtr assumed)
    : plan_(plan), assumed_(std::move(assumed)) {
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    builders_.push_back(make_column_builder(assumed_->field(i).type, plan.columns[i].format, *plan.nulls));
  }
}

void MorselMaker::begin_strip() {
  pending_rows_ = pending_bytes_ = 0;
  num_rows_ = 0;
  for (const auto& builder : builders_) builder->restart();
}

bool MorselMaker::take(const TextBlock& block, const Structure& structure, const Rows& rows,
                       const io::MorselConsumer& consume, const LineOf& line_of) {
  for (std::size_t row = 0; row < rows.size();) {
    const std::size_t count = std::min(rows.size() - row, plan_.morsel_rows - pending_rows_);
    const std::optional<BadValue> bad = append(block, structure, rows, {row, count});
    pending_rows_ += bad ? bad->row - row : count;
    row += count;
    if ((bad || pending_rows_ == plan_.morsel_rows) && !deliver(consume)) return false;
    if (bad) reject(block, structure, rows, *bad, line_of);
  }
  pending_bytes_ += block.size;
  return (pending_rows_ < kEnoughRows && pending_bytes_ < kMuchText) || deliver(consume);
}

bool MorselMaker::finish(const io::MorselConsumer& consume) { return deliver(consume); }

/// Column by column; answers with the first row that has a bad value in any of them.
std::optional<MorselMaker::BadValue> MorselMaker::append(const TextBlock& block, const Structure& structure,
                                                         const Rows& rows, Range range) {
  std::optional<BadValue> bad;
  for (std::size_t column = 0; column < builders_.size() && range.count != 0; ++column) {
    if (is_missing(column)) continue;
    const std::size_t taken = builders_[column]->append(fields_of(block, structure, rows, range, column));
    if (taken == range.count) continue;
    bad = {range.first + taken, column};
    range.count = taken;
  }
  return bad;
}

void MorselMaker::reject(const TextBlock& block, const Structure& structure, const Rows& rows, BadValue bad,
                         const LineOf& line_of) {
  const FieldColumn fields = fields_of(block, structure, rows, {bad.row, 1}, bad.column);
  std::string scratch;
  throw_bad_value(plan_, bad.column, assumed_->field(bad.column).type, fields.decode(0, scratch),
                  line_of(rows.row_begin(bad.row)));
}

FieldColumn MorselMaker::fields_of(const TextBlock& block, const Structure& structure, const Rows& rows,
                                   Range range, std::size_t column) {
  const std::uint32_t field = plan_.columns[column].field;
  FieldColumn fields;
  fields.text = block.text;
  fields.edges = rows.edges() + range.first * rows.stride() + field;
  fields.stride = rows.stride();
  fields.num_rows = range.count;
  fields.dialect = plan_.shape.dialect;
  fields.block = block.memory;
  if (structure.has_carriage_returns && field + 1 == plan_.shape.num_fields) trim_returns(fields);
  fields.simple_quotes = !structure.has_inner_quotes && !structure.has_escapes;
  fields.plain = !structure.has_escapes && !(structure.has_quotes && any_quoted(fields));
  return fields;
}

/// A carriage return before the newline is part of the line's end.
void MorselMaker::trim_returns(FieldColumn& fields) {
  trimmed_.resize(2 * fields.num_rows);
  for (std::size_t row = 0; row < fields.num_rows; ++row) {
    const std::uint32_t begin = fields.begin(row), end = fields.end(row);
    trimmed_[2 * row] = begin - 1;
    trimmed_[2 * row + 1] = end - (end > begin && fields.text[end - 1] == '\r' ? 1 : 0);
  }
  fields.edges = trimmed_.data();
  fields.stride = 2;
}

bool MorselMaker::deliver(const io::MorselConsumer& consume) {
  const std::size_t rows = std::exchange(pending_rows_, 0);
  pending_bytes_ = 0;
  if (rows == 0) return true;
  std::vector<columnar::Column> columns;
  columns.reserve(builders_.size());
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (is_missing(i)) {
      columns.push_back(columnar::Column::nulls(assumed_->field(i).type, static_cast<std::int64_t>(rows)));
      continue;
    }
    columnar::Column column = builders_[i]->finish();
    // Columns went on past a row whose value in another column was bad.
    const bool longer = column.length() > static_cast<std::int64_t>(rows);
    columns.push_back(longer ? column.slice(0, static_cast<std::int64_t>(rows)) : std::move(column));
  }
  num_rows_ += rows;
  return consume(columnar::Batch(assumed_, std::move(columns), static_cast<std::int64_t>(rows)));
}

std::vector<std::size_t> MorselMaker::odd_columns() const {
  std::vector<std::size_t> odd;
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (builders_[i]->has_odd_values()) odd.push_back(i);
  }
  return odd;
}

}  // namespace treadle::csv

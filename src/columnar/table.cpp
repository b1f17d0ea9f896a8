#include "treadle/table.h"

#include <algorithm>

#include "columnar/batch.h"
#include "columnar/buffer_tally.h"
#include "columnar/scalar_column.h"
#include "treadle/error.h"

namespace treadle {

struct Table::State {
  Schema schema;
  std::vector<columnar::Batch> batches;
  std::vector<std::int64_t> ends;  // rows up to and with batch i
};

namespace {

/// Names and types; whether a type was once sampled is no part of a result.
bool same_columns(const Schema& a, const Schema& b) {
  return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                    [](const Field& x, const Field& y) { return x.name == y.name && x.type == y.type; });
}

}  // namespace

Table::Table() : state_(std::make_shared<const State>()) {}

Table::Table(Schema schema, std::vector<columnar::Batch> batches) {
  std::vector<std::int64_t> ends;
  std::int64_t rows = 0;
  for (const columnar::Batch& batch : batches) {
    if (!same_columns(*batch.schema(), schema)) {
      throw TypeError("a table's batches have its columns, which are\n" + schema.to_string() + "found\n" +
                      batch.schema()->to_string());
    }
    ends.push_back(rows += batch.num_rows());
  }
  state_ = std::make_shared<const State>(State{std::move(schema), std::move(batches), std::move(ends)});
}

const Schema& Table::schema() const noexcept { return state_->schema; }

std::int64_t Table::num_rows() const noexcept { return state_->ends.empty() ? 0 : state_->ends.back(); }

std::size_t Table::nbytes() const noexcept {
  columnar::BufferTally tally;
  for (const columnar::Batch& batch : state_->batches) {
    for (const columnar::Column& column : batch.columns()) tally.add(column);
  }
  return tally.bytes();
}

Scalar Table::at(std::int64_t row, std::string_view column) const {
  const std::size_t index = schema().index_of(column);
  if (row < 0 || row >= num_rows()) {
    throw InvalidArgument("expected a row from 0 to before " + std::to_string(num_rows()) + "; found " +
                          std::to_string(row));
  }
  const auto batch = static_cast<std::size_t>(
      std::upper_bound(state_->ends.begin(), state_->ends.end(), row) - state_->ends.begin());
  const std::int64_t first = batch == 0 ? 0 : state_->ends[batch - 1];
  return columnar::scalar_at(state_->batches[batch].column(index), row - first);
}

const std::vector<columnar::Batch>& Table::batches() const noexcept { return state_->batches; }

}  // namespace treadle

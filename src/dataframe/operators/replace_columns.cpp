#include <algorithm>
#include <utility>

#include "columnar/function.h"
#include "columnar/selection.h"
#include "dataframe/operators/collect_sink.h"
#include "treadle/error.h"

// How collected rows come to other types of some columns.
namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::Column;

/// Takes rows off the front of batches, however they are cut.
class RowQueue {
 public:
  explicit RowQueue(const BatchList& list) : list_(list) {}

  Batch take(std::int64_t count) {
    std::vector<Batch> pieces;
    for (std::int64_t wanted = count; wanted > 0;) {
      const Batch& batch = list_.batches.at(batch_);
      const std::int64_t length = std::min(wanted, batch.num_rows() - row_);
      pieces.push_back(length == batch.num_rows() ? batch : batch.slice(row_, length));
      wanted -= length;
      row_ += length;
      if (row_ == batch.num_rows()) {
        ++batch_;
        row_ = 0;
      }
    }
    return pieces.size() == 1 ? pieces[0] : columnar::concatenate(pieces);
  }

 private:
  const BatchList& list_;
  std::size_t batch_ = 0;
  std::int64_t row_ = 0;
};

}  // namespace

BatchList replace_columns(const BatchList& rows, const columnar::SchemaPtr& schema,
                          const std::vector<std::size_t>& columns, const BatchList& replacements) {
  if (rows.num_rows() > replacements.num_rows()) {
    throw InternalError("columns that were read again have " + std::to_string(replacements.num_rows()) +
                        " rows, the others " + std::to_string(rows.num_rows()));
  }
  BatchList replaced{schema, {}};
  RowQueue queue(replacements);
  for (const Batch& batch : rows.batches) {
    if (batch.num_rows() == 0) continue;
    const Batch taken = queue.take(batch.num_rows());
    std::vector<Column> all = batch.columns();
    for (std::size_t i = 0; i < columns.size(); ++i) all[columns[i]] = taken.column(i);
    replaced.batches.emplace_back(schema, std::move(all), batch.num_rows());
  }
  return replaced;
}

BatchList convert_columns(const BatchList& rows, const columnar::SchemaPtr& schema) {
  BatchList converted{schema, {}};
  for (const Batch& batch : rows.batches) {
    std::vector<Column> all = batch.columns();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const DataType& type = schema->field(i).type;
      if (!(all[i].type() == type)) all[i] = columnar::cast(all[i], type, true);
    }
    converted.batches.emplace_back(schema, std::move(all), batch.num_rows());
  }
  return converted;
}

}  // namespace treadle::dataframe

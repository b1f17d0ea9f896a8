#include "dataframe/operators/place_order.h"

#include <algorithm>
#include <queue>
#include <vector>

#include "columnar/selection.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::int64_t kPieceRows = std::int64_t{1} << 17;

// Where one list stands.
struct Cursor {
  const BatchList* list = nullptr;
  std::size_t batch = 0;
  std::int64_t row = 0;
  const std::int64_t* places = nullptr;

  bool done() const { return batch == list->batches.size(); }
  std::int64_t place() const { return places[row]; }
  void settle() {
    while (!done() && row == list->batches[batch].num_rows()) {
      ++batch;
      row = 0;
    }
    if (!done()) places = list->batches[batch].columns().back().values_as<std::int64_t>();
  }
};

struct Later {
  bool operator()(const Cursor* a, const Cursor* b) const { return a->place() > b->place(); }
};

// One piece of the result: runs of batches, and which row of which run comes next.
class Piece {
 public:
  explicit Piece(std::size_t num_columns) : num_columns_(num_columns) {}
  bool full() const { return static_cast<std::int64_t>(order_.size()) >= kPieceRows; }
  bool empty() const { return order_.empty(); }

  void add(std::size_t list, const Batch& batch, std::int64_t row) {
    if (runs_.size() <= list) runs_.resize(list + 1);
    std::vector<Run>& runs = runs_[list];
    if (runs.empty() || runs.back().batch != &batch) runs.push_back({&batch, row, 0});
    order_.push_back({list, counts(list)++});
    ++runs.back().length;
  }

  Batch finish(const columnar::SchemaPtr& schema) {
    std::vector<Batch> slices;
    std::vector<std::int64_t> starts(runs_.size());
    std::int64_t total = 0;
    for (std::size_t list = 0; list < runs_.size(); ++list) {
      starts[list] = total;
      for (const Run& run : runs_[list]) {
        slices.push_back(run.batch->slice(run.begin, run.length));
        total += run.length;
      }
    }
    std::vector<std::int64_t> rows(order_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = starts[order_[i].list] + order_[i].row;
    std::vector<columnar::Column> columns;
    std::vector<columnar::Column> parts(slices.size());
    for (std::size_t c = 0; c < num_columns_; ++c) {
      for (std::size_t i = 0; i < slices.size(); ++i) parts[i] = slices[i].column(c);
      columns.push_back(columnar::take(columnar::concatenate(parts), rows));
    }
    const auto length = static_cast<std::int64_t>(rows.size());
    *this = Piece(num_columns_);
    return Batch(schema, std::move(columns), length);
  }

 private:
  struct Run {
    const Batch* batch;
    std::int64_t begin;
    std::int64_t length;
  };
  struct Entry {
    std::size_t list;
    std::int64_t row;
  };
  std::int64_t& counts(std::size_t list) {
    if (counts_.size() <= list) counts_.resize(list + 1);
    return counts_[list];
  }

  std::size_t num_columns_;
  std::vector<std::vector<Run>> runs_;  // by list
  std::vector<std::int64_t> counts_;    // rows so far, by list
  std::vector<Entry> order_;
};

Batch without_place(const Batch& batch, const columnar::SchemaPtr& schema) {
  const auto& columns = batch.columns();
  const auto kept = static_cast<std::ptrdiff_t>(schema->num_fields());
  return Batch(schema, {columns.begin(), columns.begin() + kept}, batch.num_rows());
}

}  // namespace

BatchList order_by_place(std::span<const BatchList> lists, const columnar::SchemaPtr& schema,
                         Reservation& memory, TaskContext& context) {
  BatchList result{schema, {}};
  std::vector<Cursor> cursors;
  for (const BatchList& list : lists) {
    if (list.num_rows() != 0) cursors.push_back(Cursor{&list});
  }
  if (cursors.size() == 1) {
    for (const Batch& batch : cursors[0].list->batches)
      result.batches.push_back(without_place(batch, schema));
    return result;
  }
  std::priority_queue<Cursor*, std::vector<Cursor*>, Later> next;
  for (Cursor& cursor : cursors) {
    cursor.settle();
    next.push(&cursor);
  }
  Piece piece(schema->num_fields());
  const auto deliver = [&] {
    context.check_stopped();
    result.batches.push_back(piece.finish(schema));
    memory.grow(result.batches.back().nbytes());
  };
  while (!next.empty()) {
    Cursor* cursor = next.top();
    next.pop();
    // As long as this list is ahead of all others, its rows need no look at the heap.
    const std::int64_t limit = next.empty() ? INT64_MAX : next.top()->place();
    while (!cursor->done() && cursor->place() <= limit) {
      piece.add(static_cast<std::size_t>(cursor - cursors.data()), cursor->list->batches[cursor->batch],
                cursor->row);
      ++cursor->row;
      cursor->settle();
      if (piece.full()) deliver();
    }
    if (!cursor->done()) next.push(cursor);
  }
  if (!piece.empty()) deliver();
  return result;
}

}  // namespace treadle::dataframe

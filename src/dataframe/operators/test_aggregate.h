#pragma once

#include <string>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "columnar/test_columns.h"
#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/test_run.h"

// Whole aggregations for tests: both halves, and the gathering.
namespace treadle::dataframe::test {

/// How a batch is cut for a test and run.
struct Cut {
  std::size_t num_tasks = 2;
  std::int64_t strip_rows = 1000;
  std::int64_t morsel_rows = 300;
  unsigned num_threads = 1;
  std::size_t working_memory = MemoryBudget::kUnlimited;
};

inline std::vector<Strip> strips_of(const columnar::Batch& rows, const Cut& cut) {
  std::vector<Strip> strips;
  for (std::int64_t begin = 0; begin < rows.num_rows(); begin += cut.strip_rows) {
    const std::int64_t end = std::min(begin + cut.strip_rows, rows.num_rows());
    strips.emplace_back();
    for (std::int64_t at = begin; at < end; at += cut.morsel_rows) {
      strips.back().push_back(rows.slice(at, std::min(cut.morsel_rows, end - at)));
    }
  }
  return strips;
}

/// `rows` cut into tasks of equally many strips.
inline std::vector<std::vector<Strip>> tasks_of(const columnar::Batch& rows, const Cut& cut) {
  const std::vector<Strip> strips = strips_of(rows, cut);
  std::vector<std::vector<Strip>> tasks(cut.num_tasks);
  for (std::size_t i = 0; i < strips.size(); ++i)
    tasks[i * cut.num_tasks / strips.size()].push_back(strips[i]);
  return tasks;
}

struct Aggregated {
  columnar::BatchList groups;
  std::uint64_t bytes_spilled = 0;
  std::size_t peak = 0;
};

inline Aggregated aggregate(const AggregatePlan& plan, const columnar::Batch& rows, const Cut& cut) {
  MemoryBudget budget(cut.working_memory), values(MemoryBudget::kUnlimited);
  Context context(budget), gathering(values);
  const auto sink = make_partial_aggregate(plan);
  std::vector<std::vector<Value>> slots(plan.num_partitions);
  std::size_t partition = 0;
  for (const std::vector<Strip>& strips : tasks_of(rows, cut)) {
    std::vector<Value> task = run_sink(*sink, rows.schema(), strips, partition++, cut.num_threads, context);
    for (std::uint32_t p = 0; p < plan.num_partitions; ++p) slots[p].push_back(std::move(task[p]));
  }
  std::vector<Value> merged;
  for (auto& inputs : slots) {
    merged.push_back(run_operation(*make_merge_aggregate(plan), inputs, context));
    inputs.clear();
  }
  if (merged.size() > 1) merged = {run_operation(*make_gather_groups(plan), merged, gathering)};
  columnar::BatchList groups{stored_schema(merged[0]), {}};
  for (const StoredBatch& batch : stored_batches(merged)) groups.batches.push_back(batch.load());
  return {std::move(groups), context.bytes_spilled(), budget.peak()};
}

/// Every row's values as text.
inline std::vector<std::vector<std::string>> shown_rows(const columnar::BatchList& list) {
  std::vector<std::vector<std::string>> rows;
  for (const columnar::Batch& batch : list.batches) {
    const std::size_t first = rows.size();
    rows.resize(first + static_cast<std::size_t>(batch.num_rows()));
    for (const columnar::Column& column : batch.columns()) {
      const std::vector<std::string> values = columnar::test::shown(column);
      for (std::size_t i = 0; i < values.size(); ++i) rows[first + i].push_back(values[i]);
    }
  }
  return rows;
}

/// The list as one batch, written by its Codec: equal bytes for equal bits.
inline std::string bytes_of(const columnar::BatchList& list) {
  struct StringSink final : ByteSink {
    void write(const void* bytes, std::size_t size) override {
      text.append(static_cast<const char*>(bytes), size);
    }
    std::string text;
  } sink;
  columnar::BatchList whole{list.schema, {}};
  if (!list.batches.empty()) whole.batches.push_back(columnar::concatenate(list.batches));
  Codec<columnar::BatchList>::write(whole, sink);
  return sink.text;
}

}  // namespace treadle::dataframe::test

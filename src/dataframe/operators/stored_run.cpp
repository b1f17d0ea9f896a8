#include "dataframe/operators/stored_run.h"

#include <algorithm>
#include <cstdint>

#include "dataframe/operators/slice_bytes.h"

namespace treadle::dataframe {

StoredRun run_of(const RowStore& store) { return {store.schema(), store.batches(), store.samples()}; }

std::size_t nbytes(const StoredRun& run) {
  std::size_t bytes =
      run.batches.size() * sizeof(StoredBatch) + run.samples.ends.size() * sizeof(std::int64_t);
  for (const columnar::Batch& keys : run.samples.keys) bytes += slice_bytes(keys);
  return bytes;
}

std::vector<columnar::SortKey> deciding_keys(const Schema& schema, const SortPlan& plan) {
  std::vector<columnar::SortKey> keys;
  for (const columnar::SortKey& key : plan.keys) {
    const bool again = std::ranges::find(keys, key.column, &columnar::SortKey::column) != keys.end();
    if (!again && schema.field(key.column).type.id() != TypeId::kNull) keys.push_back(key);
  }
  return keys;
}

}  // namespace treadle::dataframe

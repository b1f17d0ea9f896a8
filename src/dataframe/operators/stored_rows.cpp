#include "dataframe/operators/stored_rows.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/slice_bytes.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::BatchList;

constexpr std::string_view kHolder = "rows";
/// What is read back at once.
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
/// Of runs that are merged: there may be as many under way as there are runs.
constexpr std::size_t kRunBlockBytes = std::size_t{64} << 10;
constexpr std::size_t kLeastBlockBytes = std::size_t{8} << 10;
constexpr std::size_t kBlocksInMemory = 8192;
/// Of so many rows of a run one is a sample.
constexpr std::int64_t kSampledRows = 256;

class GatherRows final : public Operation {
 public:
  std::string_view name() const override { return "gather"; }
  void add_to(KeyBuilder&) const override {}
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    const columnar::SchemaPtr schema = stored_schema(inputs[0]);
    std::vector<StoredBatch> batches = stored_batches(inputs);
    const auto on_disk = [](const StoredBatch& batch) { return batch.spilled(); };
    if (std::any_of(batches.begin(), batches.end(), on_disk)) {
      std::size_t bytes = batches.capacity() * sizeof(StoredBatch);
      for (const StoredBatch& batch : batches) bytes += batch.bytes() - batch.load_bytes();
      return std::vector<Value>{Value::pinned(StoredRows{schema, std::move(batches), {}}, bytes)};
    }
    BatchList list{schema, {}};
    for (const StoredBatch& batch : batches) list.batches.push_back(batch.load());
    return std::vector<Value>{Value::of(std::move(list))};
  }
};

}  // namespace

StoredBatch::StoredBatch(Batch batch)
    : batch_(std::move(batch)), num_rows_(batch_.num_rows()), bytes_(slice_bytes(batch_)) {}

StoredBatch::StoredBatch(MadePiece piece)
    : maker_(std::move(piece.maker)),
      piece_(piece.piece),
      num_rows_(piece.num_rows),
      bytes_(piece.bytes),
      load_bytes_(piece.load_bytes) {}

StoredBatch::StoredBatch(const Batch& batch, std::shared_ptr<SpillFile> file)
    : file_(std::move(file)), num_rows_(batch.num_rows()), bytes_(slice_bytes(batch)), load_bytes_(bytes_) {
  block_ = file_->append(*to_bytes({batch.schema(), {batch}}));
}

Batch StoredBatch::load() const {
  if (maker_) return maker_->make(piece_);
  if (!file_) return batch_;
  return from_bytes(file_->read(block_)).batches.at(0);
}

Batch key_columns(const Batch& rows, std::span<const columnar::SortKey> keys) {
  std::vector<Field> fields;
  std::vector<columnar::Column> columns;
  for (const columnar::SortKey& key : keys) {
    fields.push_back(rows.schema()->field(key.column));
    columns.push_back(rows.column(key.column));
  }
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), rows.num_rows()};
}

void add_samples(const Batch& rows, std::span<const columnar::SortKey> keys, RunSamples& samples) {
  if (rows.num_rows() == 0) return;
  std::vector<std::int64_t> chosen;
  for (std::int64_t row = kSampledRows - 1; row < rows.num_rows() - 1; row += kSampledRows)
    chosen.push_back(row);
  chosen.push_back(rows.num_rows() - 1);
  const std::int64_t before = samples.ends.empty() ? 0 : samples.ends.back();
  for (const std::int64_t row : chosen) samples.ends.push_back(before + row + 1);
  samples.keys.push_back(columnar::take(key_columns(rows, keys), chosen));
}

std::int64_t count_rows(std::span<const StoredBatch> batches) {
  std::int64_t rows = 0;
  for (const StoredBatch& batch : batches) rows += batch.num_rows();
  return rows;
}

std::size_t count_bytes(std::span<const StoredBatch> batches) {
  std::size_t bytes = 0;
  for (const StoredBatch& batch : batches) bytes += batch.bytes();
  return bytes;
}

std::vector<StoredBatch> stored_batches(std::span<const Value> values) {
  std::vector<StoredBatch> batches;
  for (const Value& value : values) {
    if (value.holds<StoredRows>()) {
      const auto& rows = value.get<StoredRows>().batches;
      batches.insert(batches.end(), rows.begin(), rows.end());
    } else {
      for (const Batch& batch : value.get<BatchList>().batches) batches.emplace_back(batch);
    }
  }
  std::erase_if(batches, [](const StoredBatch& batch) { return batch.num_rows() == 0; });
  return batches;
}

columnar::SchemaPtr stored_schema(const Value& value) {
  return value.holds<StoredRows>() ? value.get<StoredRows>().schema : value.get<BatchList>().schema;
}

const std::shared_ptr<SpillFile>& SpillTarget::file(TaskContext& context) {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) file_ = context.make_spill_file("kept rows");
  return file_;
}

Value value_of_rows(columnar::SchemaPtr schema, std::vector<StoredBatch> batches, SpillTarget& target,
                    TaskContext& context) {
  const auto on_disk = [](const StoredBatch& batch) { return batch.spilled(); };
  if (std::none_of(batches.begin(), batches.end(), on_disk)) {
    BatchList list{std::move(schema), {}};
    for (const StoredBatch& batch : batches) list.batches.push_back(batch.load());
    return Value::of(std::move(list));
  }
  // A pinned value is not counted: what it holds lies on disk.
  for (StoredBatch& batch : batches) {
    if (!batch.spilled()) batch = StoredBatch(batch.load(), target.file(context));
  }
  const std::size_t bytes = sizeof(StoredRows) + batches.capacity() * sizeof(StoredBatch);
  return Value::pinned(StoredRows{std::move(schema), std::move(batches), {}}, bytes);
}

std::size_t free_bytes(TaskContext& context) {
  Reservation probe = context.reserve(kHolder, 0);
  std::size_t free = std::size_t{1} << 16;
  while (free < (std::size_t{1} << 46) && probe.try_grow_leaving(0, 2 * free)) free *= 2;
  return free;
}

std::size_t SeenFree::look(TaskContext& context) {
  const std::size_t now = free_bytes(context);
  const std::lock_guard lock(mutex_);
  most_ = std::max(most_, now);
  return most_;
}

RowStore::RowStore(columnar::SchemaPtr schema, SpillTarget& target, std::size_t leave_free,
                   TaskContext& context)
    : schema_(std::move(schema)),
      target_(&target),
      leave_free_(leave_free),
      block_bytes_(kBlockBytes),
      memory_(context.reserve(kHolder, 0)) {}

void RowStore::sample(std::vector<columnar::SortKey> keys) {
  sampled_ = std::move(keys);
  block_bytes_ = std::clamp(memory_.limit() / kBlocksInMemory, kLeastBlockBytes, kRunBlockBytes);
}

void RowStore::add(Batch batch, TaskContext& context) {
  if (batch.num_rows() == 0) return;
  if (sampled_) add_samples(batch, *sampled_, samples_);
  if (memory_.try_grow_leaving(slice_bytes(batch), leave_free_)) {
    batches_.emplace_back(std::move(batch));
  } else {
    write(batch, batches_, context);
  }
}

void RowStore::append(RowStore&& other) {
  memory_.absorb(std::move(other.memory_));
  any_spilled_ |= other.any_spilled_;
  const std::int64_t before = samples_.ends.empty() ? 0 : samples_.ends.back();
  for (const std::int64_t end : other.samples_.ends) samples_.ends.push_back(before + end);
  samples_.keys.insert(samples_.keys.end(), other.samples_.keys.begin(), other.samples_.keys.end());
  batches_.insert(batches_.end(), std::make_move_iterator(other.batches_.begin()),
                  std::make_move_iterator(other.batches_.end()));
  other.batches_.clear();
}

void RowStore::write(const Batch& batch, std::vector<StoredBatch>& to, TaskContext& context) {
  any_spilled_ = true;
  const std::shared_ptr<SpillFile>& file = target_->file(context);
  const std::size_t pieces = slice_bytes(batch) / block_bytes_ + 1;
  const auto rows = std::max<std::int64_t>(1, batch.num_rows() / static_cast<std::int64_t>(pieces));
  for (std::int64_t row = 0; row < batch.num_rows(); row += rows) {
    to.emplace_back(batch.slice(row, std::min(rows, batch.num_rows() - row)), file);
    context.count(Counter::kBytesSpilled, to.back().stored_bytes());
  }
  context.check_stopped();
}

void RowStore::spill(TaskContext& context) {
  std::vector<StoredBatch> on_disk;
  for (StoredBatch& batch : batches_) {
    if (batch.spilled()) {
      on_disk.push_back(std::move(batch));
    } else {
      write(batch.load(), on_disk, context);
      batch = StoredBatch(Batch());
    }
  }
  batches_ = std::move(on_disk);
  memory_.shrink(memory_.bytes());
}

std::shared_ptr<const Operation> make_gather_rows() { return std::make_shared<const GatherRows>(); }

Value RowStore::finish(TaskContext& context) {
  if (any_spilled_) {
    spill(context);
    const std::size_t bytes = sizeof(StoredRows) + batches_.capacity() * sizeof(StoredBatch);
    return Value::pinned(StoredRows{schema_, std::move(batches_), std::move(samples_)}, bytes);
  }
  BatchList list{schema_, {}};
  for (const StoredBatch& batch : batches_) list.batches.push_back(batch.load());
  batches_.clear();
  memory_.shrink(memory_.bytes());
  return Value::of(std::move(list));
}

}  // namespace treadle::dataframe

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch_list.h"
#include "columnar/selection.h"
#include "memory/spill_file.h"
#include "treadle/memory.h"
#include "treadle/operation.h"
#include "treadle/task_context.h"
#include "treadle/value.h"

// Rows that wait for whoever comes next, in memory or on disk: what lies between two fragments when it may be
// larger than working memory.
namespace treadle::dataframe {

/// Makes rows out of what lies on disk whenever they are asked for: the same each time. Thread-safe.
class RowMaker {
 public:
  virtual ~RowMaker() = default;
  virtual columnar::Batch make(std::size_t piece) const = 0;
};

/// A piece of what a RowMaker makes.
struct MadePiece {
  std::shared_ptr<const RowMaker> maker;
  std::size_t piece = 0;
  std::int64_t num_rows = 0;
  std::size_t bytes = 0;       ///< of the rows, about
  std::size_t load_bytes = 0;  ///< that making them takes
};

/// A batch in memory, in a block of a spill file, or to be made.
class StoredBatch {
 public:
  explicit StoredBatch(columnar::Batch batch);
  /// Writes `batch` to the file and forgets it.
  StoredBatch(const columnar::Batch& batch, std::shared_ptr<SpillFile> file);
  explicit StoredBatch(MadePiece piece);

  /// Whether it holds no rows in memory.
  bool spilled() const noexcept { return file_ != nullptr || maker_ != nullptr; }
  std::int64_t num_rows() const noexcept { return num_rows_; }
  /// Bytes of the rows once they are in memory.
  std::size_t bytes() const noexcept { return bytes_; }
  /// Bytes that load() allocates.
  std::size_t load_bytes() const noexcept { return load_bytes_; }
  /// Bytes that it takes in its spill file.
  std::uint64_t stored_bytes() const noexcept { return block_.stored; }
  columnar::Batch load() const;

 private:
  columnar::Batch batch_;
  std::shared_ptr<SpillFile> file_;
  SpillBlock block_;
  std::shared_ptr<const RowMaker> maker_;
  std::size_t piece_ = 0;
  std::int64_t num_rows_ = 0;
  std::size_t bytes_ = 0;
  std::size_t load_bytes_ = 0;
};

/// The keys of some of the rows of a run, which are in the order of these keys: of the last row at least, and
/// of one in each few hundred. They say where a row's place among those of other runs is, to within as many.
struct RunSamples {
  std::vector<columnar::Batch> keys;  ///< columns of the keys alone
  std::vector<std::int64_t> ends;     ///< of each: how many rows of the run end with it
};

/// The columns of `keys` alone, one a key, in their order.
columnar::Batch key_columns(const columnar::Batch& rows, std::span<const columnar::SortKey> keys);
/// Samples the next rows of a run.
void add_samples(const columnar::Batch& rows, std::span<const columnar::SortKey> keys, RunSamples& samples);

/// Rows in order, of which a part lies on disk. As a Value it is pinned: what could be spilled is.
struct StoredRows {
  columnar::SchemaPtr schema;
  std::vector<StoredBatch> batches;
  RunSamples samples;  ///< if they are a run and whoever stored them knew by which keys
};

std::int64_t count_rows(std::span<const StoredBatch> batches);
std::size_t count_bytes(std::span<const StoredBatch> batches);

/// The batches of Values that hold a BatchList or StoredRows each, and their schema.
std::vector<StoredBatch> stored_batches(std::span<const Value> values);
columnar::SchemaPtr stored_schema(const Value& value);

/// Brings the rows of several such Values together, in order, without touching them.
std::shared_ptr<const Operation> make_gather_rows();

/// A spill file that is made when it is first needed. Thread-safe.
class SpillTarget {
 public:
  const std::shared_ptr<SpillFile>& file(TaskContext& context);

 private:
  std::mutex mutex_;
  std::shared_ptr<SpillFile> file_;
};

/// Rows in order as a Value: a BatchList if all are in memory, else StoredRows, wholly on disk.
Value value_of_rows(columnar::SchemaPtr schema, std::vector<StoredBatch> batches, SpillTarget& target,
                    TaskContext& context);

/// How much of working memory was seen free at most, by whoever shares it: an idea of how large it is.
/// Decides what is kept in memory, never what the answer is. Thread-safe.
class SeenFree {
 public:
  /// Looks, and answers with the most that was seen.
  std::size_t look(TaskContext& context);

 private:
  std::mutex mutex_;
  std::size_t most_ = 0;
};
/// What is free now, to within a factor of two.
std::size_t free_bytes(TaskContext& context);

/// Takes rows in, in order: they stay in memory while `leave_free` bytes of it stay free, and go to disk in
/// blocks else. One thread at a time.
class RowStore {
 public:
  /// As `leave_free`: everything goes to disk.
  static constexpr std::size_t kNothingStays = std::size_t{1} << 62;
  RowStore(columnar::SchemaPtr schema, SpillTarget& target, std::size_t leave_free, TaskContext& context);
  /// The rows will come in the order of `keys`: takes samples of them, and writes smaller blocks, of which a
  /// merge of many runs reads those that it needs. Before the first row.
  void sample(std::vector<columnar::SortKey> keys);
  const std::optional<std::vector<columnar::SortKey>>& sampled() const noexcept { return sampled_; }
  const RunSamples& samples() const noexcept { return samples_; }
  /// The batch holds on to nothing that goes away.
  void add(columnar::Batch batch, TaskContext& context);
  /// Appends what another one took in.
  void append(RowStore&& other);
  /// Sends what is in memory to disk.
  void spill(TaskContext& context);
  std::int64_t num_rows() const { return count_rows(batches_); }
  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  std::size_t leave_free() const noexcept { return leave_free_; }
  bool any_spilled() const noexcept { return any_spilled_; }
  const std::vector<StoredBatch>& batches() const noexcept { return batches_; }
  /// All of it as a Value: a BatchList if all is in memory, else StoredRows, wholly on disk.
  Value finish(TaskContext& context);

 private:
  void write(const columnar::Batch& batch, std::vector<StoredBatch>& to, TaskContext& context);

  columnar::SchemaPtr schema_;
  SpillTarget* target_;
  std::size_t leave_free_;
  std::size_t block_bytes_;
  Reservation memory_;
  std::vector<StoredBatch> batches_;
  bool any_spilled_ = false;
  std::optional<std::vector<columnar::SortKey>> sampled_;
  RunSamples samples_;
};

}  // namespace treadle::dataframe

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dataframe/operators/aggregate.h"
#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/fragment_sink.h"
#include "dataframe/operators/group_set.h"

namespace treadle::dataframe {

/// Groups written out, in memory with its reservation, or by radix partition in a spill file.
struct HeldPartial {
  GroupPartial partial;  // while in memory
  Reservation memory;
  std::vector<PartialPiece> spilled;  // else one a radix partition
  std::int64_t base = 0;
  bool repeats = false;  // rows that were not grouped: a key may come several times
  bool is_cut = false;   // as PartialPiece's
};

/// A strip's table, and a reservation of what it holds beyond what every strip has been granted.
struct HeldTable {
  std::unique_ptr<GroupSet> groups;
  Reservation memory;
};

/// One task's half of an aggregation: strips' partials come in by commit(), in strip order, and are merged
/// into one table, or appended as they are; see docs/design/aggregate.md.
class AggregateSink final : public FragmentSink {
 public:
  AggregateSink(AggregatePlan plan, columnar::SchemaPtr input, std::size_t partition);

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override;
  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override;
  std::vector<Value> finish(TaskContext& context) override;
  bool convert(const columnar::SchemaPtr& wider, TaskContext& context) override;

  const AggregatePlan& plan() const noexcept { return plan_; }
  /// Keeps groups in memory if there is ample room, else writes them to the spill file. From any thread.
  HeldPartial hold(GroupPartial partial, bool repeats, TaskContext& context);
  /// Writes what is held in memory to the spill file, so that its reservations come back. From any thread.
  void shed(TaskContext& context);
  /// A table for a strip, and back. What it holds beyond kStripBytes is `memory`'s. From any thread.
  HeldTable take_table(TaskContext& context);
  void give_back(HeldTable table);

 private:
  enum class Mode : std::uint8_t { kUndecided, kMerge, kAppend };

  const std::shared_ptr<SpillFile>& file(TaskContext& context);
  void spill(HeldPartial& held, TaskContext& context);
  bool merge(const HeldPartial& held, std::int64_t base, TaskContext& context);
  bool cover_table(std::size_t more);
  void append(HeldPartial held, std::int64_t base);
  void write_table(TaskContext& context);
  bool may_stay(TaskContext& context);

  AggregatePlan plan_;
  columnar::SchemaPtr input_;
  std::int64_t next_place_;

  // Of the thread that commits.
  Mode mode_ = Mode::kUndecided;
  bool fold_first_ = false;
  std::unique_ptr<GroupSet> table_;  // in merge mode
  Reservation table_memory_;

  std::mutex file_mutex_;
  std::shared_ptr<SpillFile> file_;
  std::mutex held_mutex_;
  std::vector<HeldPartial> held_;  // in strip order
  std::mutex tables_mutex_;
  std::vector<HeldTable> tables_;
};

}  // namespace treadle::dataframe

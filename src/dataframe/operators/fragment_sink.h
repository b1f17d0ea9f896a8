#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "columnar/batch_list.h"
#include "treadle/key.h"
#include "treadle/operation.h"
#include "treadle/value.h"

// A fragment is a pipeline from a source (or the values of earlier tasks) to one or more sinks. It runs strip
// by strip:
//
//   strip 0:  morsel, morsel ... -> filter, project -> part 0 --.
//   strip 1:  morsel, morsel ... -> filter, project -> part 1 ---> commit in strip order -> finish: slots
//
// Parts are filled by several threads at once; commits happen in strip order, so results do not depend on
// threads.
namespace treadle::dataframe {

/// What one strip brought to a sink. One thread at a time.
class SinkPart {
 public:
  virtual ~SinkPart() = default;
  /// Takes a morsel. False: the sink wants no more of this strip. A morsel may hold the reader's buffers:
  /// what is kept longer than the strip is copied.
  virtual bool push(const columnar::Batch& morsel, TaskContext& context) = 0;
  /// Called once behind the strip's last push, by the thread that pushed: work that need not wait for the
  /// commit, which one thread does for all strips, is done here.
  virtual void end(TaskContext&) {}
};

/// One task's state of a sink. begin_strip() from any thread; commit() and finish() by one thread at a time.
class FragmentSink {
 public:
  virtual ~FragmentSink() = default;
  virtual std::unique_ptr<SinkPart> begin_strip(TaskContext& context) = 0;
  /// Takes over a strip's part, in strip order. False: no later strip matters (a limit is reached).
  virtual bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) = 0;
  /// Whether `part` is the last that matters, whatever follows the rows that it has.
  virtual bool enough_with(const SinkPart& part) const;
  /// The task's values for this sink, SinkSpec::num_slots() of them.
  virtual std::vector<Value> finish(TaskContext& context) = 0;
  /// Whether the partition may be read once more from its start, when a type turned out wider.
  virtual bool can_restart() const { return true; }

  /// Columns turned out wider, by a conversion that loses nothing: what was committed becomes what rows of
  /// `wider` would have made of it, and strips of `wider` follow. False: this sink, or what it holds now,
  /// does not convert so; it is as it was. No part is alive.
  virtual bool convert(const columnar::SchemaPtr& wider, TaskContext& context);
  /// The same, given those columns: `rows` are what SinkSpec::for_columns() kept of the same strips.
  virtual void replace(const columnar::SchemaPtr& wider, const std::vector<std::size_t>& columns,
                       const columnar::BatchList& rows);
};

/// The immutable description of a sink, shared by all tasks of the fragment.
class SinkSpec {
 public:
  virtual ~SinkSpec() = default;
  virtual std::string_view name() const = 0;
  virtual void add_to(KeyBuilder& key) const = 0;
  virtual std::uint32_t num_slots() const { return 1; }
  /// Working bytes for a task besides its strips: least and wished; output per input byte is unknown, so 0.
  virtual MemoryNeed memory_need() const = 0;
  /// What one strip's part holds until its commit. A StripLoop adds it to its bytes_per_strip(), so that no
  /// more strips run at once than there is room for; a part reserves only what it needs beyond it.
  virtual std::size_t bytes_per_strip() const { return 0; }
  /// Whether what comes of the rows depends on where strips end, as sums of floats do. Rows that come from no
  /// source may else be cut wherever memory likes best.
  virtual bool minds_strips() const { return true; }
  /// The state of one task; `input` is the schema that the pipeline delivers. `partition` numbers the task.
  virtual std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input,
                                             std::size_t partition) const = 0;

  /// FragmentSink::convert() of a task that has ended: its slots as rows of `wider` would have made them.
  virtual std::optional<std::vector<Value>> convert(std::span<const Value> slots,
                                                    const columnar::SchemaPtr& wider,
                                                    TaskContext& context) const;
  /// If the sink's slot is its rows: a sink that keeps columns of the same rows, to replace others by.
  virtual std::shared_ptr<const SinkSpec> for_columns() const { return nullptr; }
};

}  // namespace treadle::dataframe

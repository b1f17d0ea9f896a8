#pragma once

#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "dataframe/operators/fragment.h"
#include "dataframe/operators/pipe.h"
#include "io/source.h"
#include "treadle/task_context.h"

namespace treadle::dataframe {

/// Which strips of a partition a pass reads.
struct StripRange {
  std::size_t first = 0;
  /// Behind the last; unknown: all there are.
  std::size_t end = io::PartitionReader::kUnknown;
  /// Where the first record begins, if that is known.
  std::optional<io::RecordBoundary> begin;
  /// Whether rows and strips count as read: those of a second reading do not.
  bool counts = true;
};

/// One pass over strips of a partition under fixed types. Ends at the last strip, when every sink has enough,
/// or at the first strip that does not fit the types.
class StripPass final : public StripLoop {
 public:
  /// All outlive the pass. `sinks`: one a sink of the pipe.
  StripPass(const FragmentInput& input, const io::PartitionReader& reader, StripRange range,
            columnar::SchemaPtr types, const Pipe& pipe, std::vector<std::unique_ptr<FragmentSink>>& sinks,
            std::size_t bytes_per_sink_strip);

  std::size_t num_strips() const override;
  std::size_t bytes_per_strip() const override { return bytes_per_strip_; }
  void run(std::size_t strip, TaskContext& context) override;
  bool commit(std::size_t strip, TaskContext& context) override;

  /// After the loop: the values that did not fit the types, in their order. Empty if all did.
  const std::vector<io::TypeWidened>& widened() const noexcept { return widened_; }
  ScanSummary summary() const;
  /// The strip behind the last that was committed.
  std::size_t next_strip() const noexcept { return range_.first + committed_; }

 private:
  struct Strip {
    std::vector<std::unique_ptr<SinkPart>> parts;
    io::StripReport report;
    std::uint64_t rows_delivered = 0;
    std::optional<io::TypeWidened> widened;
    std::exception_ptr error;
    bool begin_given = false;
  };
  Strip read(std::size_t strip, std::optional<io::RecordBoundary> begin, TaskContext& context);
  void accept(std::size_t strip, const io::StripReport& report, TaskContext& context);
  void tally(std::uint64_t rows, std::uint64_t rows_skipped, TaskContext& context);
  void find_wider_types(std::size_t strip, const io::TypeWidened& first, TaskContext& context);
  /// Whether the rows before what does not fit, or is an error, are all that matter: then the pass ends
  /// there.
  bool rows_suffice(std::size_t strip, const Strip& done) const;
  bool end_early(Strip& strip, TaskContext& context);
  bool commit_parts(Strip& strip, TaskContext& context);
  bool is_stream() const { return reader_.num_strips() == io::PartitionReader::kUnknown; }
  bool begin_is_certain() const { return input_.begins_exactly || input_.begin; }

  const FragmentInput& input_;
  const io::PartitionReader& reader_;
  const StripRange range_;
  const columnar::SchemaPtr types_;
  const Pipe& pipe_;
  std::vector<std::unique_ptr<FragmentSink>>& sinks_;
  const std::size_t bytes_per_strip_;

  std::mutex mutex_;
  std::map<std::size_t, Strip> strips_;  // run, not committed; guarded by mutex_

  // Only commit() touches these: one thread at a time.
  std::size_t committed_ = 0;
  std::optional<io::RecordBoundary> begin_;
  std::optional<io::RecordBoundary> end_;
  std::vector<bool> satisfied_;  // by sink
  bool all_satisfied_ = false;
  bool unresolved_ = false;
  std::exception_ptr error_;
  std::set<std::size_t> odd_columns_;
  std::uint64_t rows_ = 0;
  std::uint64_t rows_skipped_ = 0;
  std::vector<io::TypeWidened> widened_;
};

}  // namespace treadle::dataframe

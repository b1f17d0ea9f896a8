#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/scan_fragment.h"
#include "treadle/task_graph.h"
#include "treadle/value.h"

namespace treadle::dataframe {

/// A partition that must be read again, and what is known now.
struct Reread {
  /// Its place among the partitions that were checked.
  std::size_t place = 0;
  std::optional<io::RecordBoundary> begin;
  columnar::SchemaPtr types;
  /// Only its types were too narrow: what it came to is mended.
  bool only_types = false;
};

/// Which of `partitions`, in order, were read under a wrong guess: a first record that begins elsewhere than
/// where the partition before ended, or types narrower than another's. Empty: their values are those of the
/// whole.
///
/// A partition behind a wrong one is judged only after that one was read again; its own types do not count
/// until then.
std::vector<Reread> check_partitions(const ScanFragmentSpec& spec, std::span<const std::size_t> partitions,
                                     std::span<const ScanSummary* const> summaries);

/// How many of the first partitions begin where the one before them ended.
std::size_t partitions_that_follow(const ScanFragmentSpec& spec, std::span<const std::size_t> partitions,
                                   std::span<const ScanSummary* const> summaries);

/// The inputs of a verifying task: for each partition its summary, then the sinks' slots.
std::vector<const ScanSummary*> summaries_of(std::span<const Value> inputs, std::size_t slots_per_partition);

/// Adds to `graph` what a verifying task sees the next time: the values that hold, and tasks for the others,
/// what these counted being taken back.
std::vector<TaskOutput> read_again(TaskGraph& graph, const std::shared_ptr<const ScanFragmentSpec>& spec,
                                   std::span<const std::size_t> partitions, std::span<const Value> inputs,
                                   const std::vector<Reread>& rereads, TaskContext& context);

}  // namespace treadle::dataframe

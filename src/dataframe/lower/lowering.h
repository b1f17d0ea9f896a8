#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "dataframe/lower/join_stage.h"
#include "dataframe/lower/leaf_end.h"
#include "dataframe/lower/lower.h"
#include "dataframe/operators/pipe.h"
#include "dataframe/operators/scan_fragment.h"
#include "lazy/blocks.h"
#include "lazy/node.h"

namespace treadle::dataframe {

/// Walks a plan from its scans to its roots. Used once.
class Lowering {
 public:
  /// `blocks`: whose graph the tasks go to, and where BlockScans find their rows; what they read is there.
  Lowering(std::span<const lazy::NodePtr> roots, std::shared_ptr<BatchChannel> deliver,
           lazy::Lowering& blocks);
  /// Before run(): partitions that can hold no row of the result are there, too.
  void keep_all_partitions() noexcept { chooses_ = true; }
  /// The values of each root, in order.
  std::vector<std::vector<TaskOutput>> run();
  /// Behind run(): what is written, by tasks that end with one that answers for all.
  std::vector<std::shared_ptr<WriteTarget>> finish_writes();

 private:
  /// Where a pipeline ends: at a node that takes all rows, or (null) at the results `roots`.
  struct Leaf {
    lazy::NodePtr node;
    std::vector<std::size_t> roots;
    std::shared_ptr<const SinkSpec> sink;
    std::shared_ptr<const LeafEnd> end;
    std::size_t input = 0;  // which of the node's inputs the rows are
    bool as_is = false;     // the sink keeps what comes as it comes, in memory or on disk
  };
  /// One use of a node's rows.
  struct Consumer {
    lazy::NodePtr node;
    std::size_t input = 0;
  };
  /// The inputs of a node of several, as far as they are lowered. Of a join, the right one.
  struct Arrived {
    std::vector<std::vector<TaskOutput>> values;  // by input
    std::size_t count = 0;
    std::uint64_t bytes = 0;
  };
  /// Joins that the same left rows go through, waiting for the right rows.
  struct Chain {
    JoinStageSpec stage;
    std::vector<TaskOutput> left;  // unless the stage has a source
    std::vector<const lazy::Node*> joins;
    std::vector<Leaf> leaves;
    std::uint64_t bytes = 0;
    std::size_t missing = 0;  // joins whose right rows are not lowered yet
  };

  TaskGraph& graph() noexcept { return blocks_.graph(); }
  void lower_scan(const lazy::NodePtr& node);
  void lower_blocks(const lazy::NodePtr& node);
  void lower_value(const lazy::NodePtr& node, TaskOutput value, std::uint64_t bytes);
  void lower_values(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void lower_beside(const lazy::NodePtr& node, const Arrived& arrived);
  void lower_empty(const lazy::NodePtr& scan, const PipeSpec& pipe, const std::vector<Leaf>& leaves);
  bool lower_limited(const std::shared_ptr<const ScanFragmentSpec>& spec,
                     const std::vector<std::size_t>& partitions, const std::vector<Leaf>& leaves);
  bool begin_chain(JoinStageSpec stage, std::vector<TaskOutput> left, const PipeSpec& pipe,
                   const std::vector<Leaf>& leaves);
  void lower_chain(Chain chain);

  PipeSpec pipe_below(const lazy::NodePtr& node, std::vector<Leaf>& leaves);
  PipeSpec pipe_into(const Consumer& consumer, std::vector<Leaf>& leaves);
  PipeSpec end_pipe(Leaf leaf, std::vector<std::string> columns, std::vector<Leaf>& leaves);

  void finish_leaves(const std::vector<Leaf>& leaves, std::span<const TaskOutput> slots);
  void finish_leaf(const Leaf& leaf, const LeafSlots& slots);
  void finish_value(const Leaf& leaf, TaskOutput value, std::uint64_t bytes);
  void finish_input(const Leaf& leaf, const std::vector<TaskOutput>& values);
  void finish_map(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void finish_running(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void finish_window(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void finish_cut(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void finish_choice(const lazy::NodePtr& node, const std::vector<TaskOutput>& values, std::uint64_t bytes);
  void finish_repartition(const lazy::NodePtr& node, const std::vector<TaskOutput>& values,
                          std::uint64_t bytes);
  TaskOutput loaded(const lazy::NodePtr& node, TaskOutput value);
  void add_result(std::size_t root, TaskOutput value);

  PipeSpec keep_pipe(Leaf leaf, const std::vector<std::string>& columns, std::vector<Leaf>& leaves);
  bool pass_on(const std::vector<Leaf>& leaves, const PipeSpec& pipe, const std::vector<TaskOutput>& values);

  std::vector<lazy::NodePtr> roots_;
  std::shared_ptr<BatchChannel> deliver_;
  std::unordered_map<const lazy::Node*, std::vector<Consumer>> consumers_;
  std::unordered_map<const lazy::Node*, Arrived> arrived_;
  std::unordered_map<const lazy::Node*, std::shared_ptr<Chain>> chains_;  // by the joins that they wait for
  lazy::Lowering& blocks_;
  std::vector<std::shared_ptr<WriteTarget>> writes_;
  bool chooses_ = false;                          // somebody knows partitions by number
  std::size_t first_partition_ = 0;               // of the fragment that is being lowered
  std::uint64_t fragment_bytes_ = 0;              // that it reads, as far as known: sources do
  std::vector<TaskOutput> written_;               // slots of writing sinks
  std::vector<std::vector<TaskOutput>> results_;  // by root
};

}  // namespace treadle::dataframe

#include "src/python_form.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bag/bag_node.h"
#include "graph/value_operation.h"
#include "lazy/blocks.h"
#include "memory/kept_values.h"
#include "session/chosen_blocks.h"
#include "session/waited_block.h"
#include "src/made_blocks.h"
#include "src/python_object.h"
#include "src/python_raised.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/operation.h"

namespace treadle::python {
namespace {

Reservation reserve(TaskContext& context, std::string_view what, std::size_t bytes) {
  try {
    return context.reserve(what, bytes);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(std::string(error.what()) +
                      "; or make partitions smaller, by blocksize= or repartition(npartitions=...)");
  }
}

class AsPython final : public Operation {
 public:
  std::string_view name() const override { return "to python"; }
  void add_to(KeyBuilder& key) const override { key.add("python.form"); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const std::size_t bytes = python_bytes(inputs[0]);
    if (bytes == 0) return std::vector<Value>{inputs[0]};
    const Reservation room = reserve(context, "the list of a partition's items", bytes);
    return with_gil_in_task([&] { return std::vector<Value>{from_python(to_python(inputs[0]))}; });
  }
};

/// What is an object of Python before it is computed.
bool is_python(const TaskGraph& graph, TaskId task) {
  const auto* there = dynamic_cast<const graph::ValueOperation*>(graph.shared_operation(task).get());
  if (there == nullptr) return false;
  const KeptValue* kept = kept_in(there->value());
  return (kept == nullptr ? there->value().kind() : kept->kind()) == Codec<PythonObject>::kind;
}

/// The value of a task as an object of Python.
TaskOutput python_form(TaskGraph& graph, TaskOutput block) {
  if (is_python(graph, block.task)) return block;
  return {graph.add(std::make_shared<const AsPython>(), {block}), 0};
}

class PythonForms final : public lazy::BlockNode {
 public:
  explicit PythonForms(lazy::NodePtr row) : BlockNode({std::move(row)}) {}
  std::string_view kind() const override { return "PythonForms"; }
  std::string parameters() const override { return {}; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const PythonForms>(std::move(inputs[0]));
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> blocks = lowering.blocks(inputs()[0]);
    for (TaskOutput& block : blocks) block = python_form(lowering.graph(), block);
    return blocks;
  }

 protected:
  void add_to(KeyBuilder&) const override {}
};

/// Whether blocks may be native items.
bool may_be_native(const lazy::NodePtr& node) {
  if (dynamic_cast<const bag::BagNode*>(node.get()) != nullptr) return true;
  if (dynamic_cast<const MadeBlocks*>(node.get()) != nullptr) return may_be_native(node->inputs()[0]);
  if (session::chosen_of(node) != nullptr) return std::ranges::any_of(node->inputs(), may_be_native);
  return session::are_kept(node) || !session::waited_of(node).empty();
}

}  // namespace

const char* const kInsteadOfResults =
    "take less at once: write to files (to_textfiles, to_parquet, to_zarr), reduce (fold, count, topk, "
    "take), or compute "
    "the partitions of to_delayed() one by one";

Reservation room_for_objects(std::span<const Value> inputs, TaskContext& context) {
  std::size_t bytes = 0;
  for (const Value& input : inputs) bytes += python_bytes(input);
  return bytes == 0 ? Reservation() : reserve(context, "the list of a partition's items", bytes);
}

lazy::NodePtr as_python(const lazy::NodePtr& row) {
  return may_be_native(row) ? std::make_shared<const PythonForms>(row) : row;
}

std::vector<Value> take_kept(std::vector<Value> values, const ComputeOptions& options) {
  TaskGraph graph;
  for (Value& value : values) {
    const auto there = std::make_shared<const graph::ValueOperation>(std::move(value), unique_key());
    graph.add_output(python_form(graph, {graph.add(there), 0}));
  }
  RunOptions run = options.run;
  run.listener = nullptr;
  run.on_end = nullptr;
  run.if_outputs_do_not_fit = kInsteadOfResults;
  // In this thread: those of the engine may be busy for long.
  return make_synchronous_engine()->submit(std::move(graph), run).outputs();
}

}  // namespace treadle::python

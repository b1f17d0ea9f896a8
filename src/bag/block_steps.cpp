#include <algorithm>
#include <utility>

#include "bag/bag_node.h"
#include "treadle/bag_blocks.h"
#include "treadle/error.h"

// Nodes and operations around functions of partitions.
namespace treadle::bag {
namespace {

using lazy::Lowering;

/// Functions have no content that could be compared: each step is work of its own.
class FunctionNode : public BagNode {
 public:
  FunctionNode(std::string name, Key identity, std::vector<NodePtr> inputs)
      : BagNode(std::move(inputs)), name_(std::move(name)), identity_(identity) {}
  std::string_view kind() const override { return "Bag"; }
  std::string parameters() const override { return name_; }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(name_).add(identity_); }
  const std::string& name() const { return name_; }
  const Key& identity() const { return identity_; }

 private:
  std::string name_;
  Key identity_;
};

/// Calls a function of a task's inputs; `partition` is part of the key, as the function sees it.
template <class Call>
class CallOperation final : public Operation {
 public:
  CallOperation(std::string name, const Key& identity, std::size_t partition, std::uint32_t num_slots,
                Call call)
      : name_(std::move(name)),
        identity_(identity),
        partition_(partition),
        num_slots_(num_slots),
        call_(std::move(call)) {}
  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override {
    key.add("bag.call").add(identity_).add(static_cast<std::uint64_t>(partition_));
  }
  std::uint32_t num_slots() const override { return num_slots_; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return call_(inputs, partition_, context);
  }

 private:
  std::string name_;
  Key identity_;
  std::size_t partition_;
  std::uint32_t num_slots_;
  Call call_;
};

template <class Call>
std::shared_ptr<const Operation> operation(const std::string& name, const Key& identity,
                                           std::size_t partition, std::uint32_t num_slots, Call call) {
  return std::make_shared<const CallOperation<Call>>(name, identity, partition, num_slots, std::move(call));
}

std::shared_ptr<const Operation> operation(const std::string& name, const Key& identity,
                                           std::size_t partition,
                                           std::shared_ptr<const BlockFunction> function) {
  return operation(name, identity, partition, 1,
                   [function = std::move(function)](std::span<const Value> inputs, std::size_t number,
                                                    TaskContext& context) {
                     return std::vector<Value>{(*function)(inputs, number, context)};
                   });
}

class Kept final : public BagNode {
 public:
  Kept(std::vector<Value> partitions, Key identity)
      : BagNode(std::vector<NodePtr>()), partitions_(std::move(partitions)), identity_(identity) {}
  std::string_view kind() const override { return "Values"; }
  std::string parameters() const override { return std::to_string(partitions_.size()) + " partitions"; }
  NodePtr with_inputs(std::vector<NodePtr>) const override { return shared_from_this(); }
  std::size_t num_blocks() const override { return partitions_.size(); }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const Value& value : partitions_) blocks.push_back({lowering.graph().add_value(value)});
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  std::vector<Value> partitions_;
  Key identity_;
};

class OfBlocks final : public BagNode {
 public:
  OfBlocks(NodePtr row, std::size_t count) : BagNode(std::vector<NodePtr>{std::move(row)}), count_(count) {}
  std::string_view kind() const override { return "Blocks"; }
  std::string parameters() const override { return std::to_string(count_) + " partitions"; }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const OfBlocks>(std::move(inputs[0]), count_);
  }
  std::size_t num_blocks() const override { return count_; }
  std::vector<TaskOutput> lower(Lowering& lowering) const override { return lowering.blocks(inputs()[0]); }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(std::uint64_t{count_}); }

 private:
  std::size_t count_;
};

class Each final : public FunctionNode {
 public:
  Each(std::string name, std::shared_ptr<const BlockFunction> function, Key identity,
       std::vector<NodePtr> inputs)
      : FunctionNode(std::move(name), identity, std::move(inputs)), function_(std::move(function)) {
    for (const NodePtr& input : this->inputs()) num_blocks_ = std::max(num_blocks_, bag::num_blocks(input));
    for (const NodePtr& input : this->inputs()) {
      if (const std::size_t found = bag::num_blocks(input); found != num_blocks_ && found != 1) {
        throw InvalidArgument(this->name() + ": expected bags of " + std::to_string(num_blocks_) +
                              " partitions, found one of " + std::to_string(found) + "; see repartition()");
      }
    }
    if (this->inputs().size() == 1) num_blocks_ = bag::num_blocks(this->inputs()[0]);
  }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Each>(name(), function_, identity(), std::move(inputs));
  }
  std::size_t num_blocks() const override { return num_blocks_; }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> blocks, below;
    for (std::size_t i = 0; i < num_blocks_; ++i) {
      below.clear();
      for (const NodePtr& input : inputs()) {
        const std::vector<TaskOutput>& row = lowering.blocks(input);
        below.push_back(row[row.size() == 1 ? 0 : i]);
      }
      blocks.push_back({lowering.graph().add(operation(name(), identity(), i, function_), below)});
    }
    return blocks;
  }

 private:
  std::shared_ptr<const BlockFunction> function_;
  std::size_t num_blocks_ = 1;
};

class Reduce final : public FunctionNode {
 public:
  Reduce(std::string name, std::shared_ptr<const BlockFunction> combine, std::size_t fan_in, Key identity,
         NodePtr input)
      : FunctionNode(std::move(name), identity, std::vector<NodePtr>{std::move(input)}),
        combine_(std::move(combine)),
        fan_in_(std::max<std::size_t>(2, fan_in)) {}
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Reduce>(name(), combine_, fan_in_, identity(), std::move(inputs[0]));
  }
  std::size_t num_blocks() const override { return 1; }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> row = lowering.blocks(inputs()[0]);
    const auto combine = operation(name(), identity(), 0, combine_);
    do {
      std::vector<TaskOutput> above;
      for (std::size_t i = 0; i < row.size() || above.empty(); i += fan_in_) {
        const std::size_t count = std::min(fan_in_, row.size() - i);
        above.push_back({lowering.graph().add(combine, std::span(row).subspan(i, count))});
      }
      row = std::move(above);
    } while (row.size() > 1);
    return row;
  }

 private:
  std::shared_ptr<const BlockFunction> combine_;
  std::size_t fan_in_;
};

class Chain final : public FunctionNode {
 public:
  Chain(std::string name, std::shared_ptr<const ChainFunction> step, Value first, Key identity, NodePtr input)
      : FunctionNode(std::move(name), identity, std::vector<NodePtr>{std::move(input)}),
        step_(std::move(step)),
        first_(std::move(first)) {}
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Chain>(name(), step_, first_, identity(), std::move(inputs[0]));
  }
  std::size_t num_blocks() const override { return bag::num_blocks(inputs()[0]); }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    TaskOutput before{lowering.graph().add_value(first_)};
    const auto call =
        operation(name(), identity(), 0, 2,
                  [step = step_](std::span<const Value> inputs, std::size_t, TaskContext& context) {
                    return (*step)(inputs[0], inputs[1], context);
                  });
    for (const TaskOutput& input : lowering.blocks(inputs()[0])) {
      blocks.push_back({lowering.graph().add(call, {input, before}), 0});
      before = {blocks.back().task, 1};
    }
    return blocks;
  }

 private:
  std::shared_ptr<const ChainFunction> step_;
  Value first_;
};

class Exchange final : public FunctionNode {
 public:
  Exchange(std::string name, std::shared_ptr<const SplitFunction> split,
           std::shared_ptr<const BlockFunction> merge, std::size_t parts, Key identity, NodePtr input)
      : FunctionNode(std::move(name), identity, std::vector<NodePtr>{std::move(input)}),
        split_(std::move(split)),
        merge_(std::move(merge)),
        parts_(std::max<std::size_t>(1, parts)) {}
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Exchange>(name(), split_, merge_, parts_, identity(), std::move(inputs[0]));
  }
  std::size_t num_blocks() const override { return parts_; }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    const auto split = operation(
        name() + ".split", KeyBuilder("bag.split").add(identity()).finish(), 0,
        static_cast<std::uint32_t>(parts_),
        [split = split_, parts = parts_](std::span<const Value> inputs, std::size_t, TaskContext& context) {
          return (*split)(inputs[0], parts, context);
        });
    std::vector<TaskId> splits;
    for (const TaskOutput& input : lowering.blocks(inputs()[0]))
      splits.push_back(lowering.graph().add(split, {input}));
    std::vector<TaskOutput> blocks, below;
    for (std::uint32_t part = 0; part < parts_; ++part) {
      below.clear();
      for (const TaskId task : splits) below.push_back({task, part});
      blocks.push_back({lowering.graph().add(operation(name(), identity(), part, merge_), below)});
    }
    return blocks;
  }

 private:
  std::shared_ptr<const SplitFunction> split_;
  std::shared_ptr<const BlockFunction> merge_;
  std::size_t parts_;
};

class Concat final : public BagNode {
 public:
  explicit Concat(std::vector<NodePtr> inputs) : BagNode(std::move(inputs)) {}
  std::string_view kind() const override { return "Concat"; }
  std::string parameters() const override { return {}; }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Concat>(std::move(inputs));
  }
  std::size_t num_blocks() const override {
    std::size_t count = 0;
    for (const NodePtr& input : inputs()) count += bag::num_blocks(input);
    return count;
  }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const NodePtr& input : inputs()) {
      const std::vector<TaskOutput>& row = lowering.blocks(input);
      blocks.insert(blocks.end(), row.begin(), row.end());
    }
    return blocks;
  }

 protected:
  void add_to(KeyBuilder&) const override {}
};

class Choose final : public BagNode {
 public:
  Choose(NodePtr input, std::vector<std::size_t> partitions)
      : BagNode(std::vector<NodePtr>{std::move(input)}), partitions_(std::move(partitions)) {}
  std::string_view kind() const override { return "Choose"; }
  std::string parameters() const override {
    std::string text;
    for (const std::size_t partition : partitions_)
      text += (text.empty() ? "" : ", ") + std::to_string(partition);
    return text;
  }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return std::make_shared<const Choose>(std::move(inputs[0]), partitions_);
  }
  std::size_t num_blocks() const override { return partitions_.size(); }
  std::vector<TaskOutput> lower(Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const std::size_t partition : partitions_) blocks.push_back(lowering.blocks(inputs()[0])[partition]);
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(parameters()); }

 private:
  std::vector<std::size_t> partitions_;
};

template <class Function>
std::shared_ptr<const Function> share(Function function) {
  return std::make_shared<const Function>(std::move(function));
}

}  // namespace

NodePtr kept(std::vector<Value> partitions) {
  return std::make_shared<const Kept>(std::move(partitions), unique_key());
}

NodePtr of_blocks(NodePtr row, std::size_t count) {
  return std::make_shared<const OfBlocks>(std::move(row), count);
}

NodePtr each(std::string name, BlockFunction function, std::vector<NodePtr> inputs) {
  return std::make_shared<const Each>(std::move(name), share(std::move(function)), unique_key(),
                                      std::move(inputs));
}

NodePtr reduce(std::string name, BlockFunction combine, NodePtr input, std::size_t fan_in) {
  return std::make_shared<const Reduce>(std::move(name), share(std::move(combine)), fan_in, unique_key(),
                                        std::move(input));
}

NodePtr chain(std::string name, ChainFunction step, Value first, NodePtr input) {
  return std::make_shared<const Chain>(std::move(name), share(std::move(step)), std::move(first),
                                       unique_key(), std::move(input));
}

NodePtr exchange(std::string name, SplitFunction split, BlockFunction merge, NodePtr input,
                 std::size_t parts) {
  return std::make_shared<const Exchange>(std::move(name), share(std::move(split)), share(std::move(merge)),
                                          parts, unique_key(), std::move(input));
}

NodePtr concat(std::vector<NodePtr> inputs) {
  if (inputs.size() == 1) return std::move(inputs[0]);
  return std::make_shared<const Concat>(std::move(inputs));
}

NodePtr choose(NodePtr input, std::vector<std::size_t> partitions) {
  const std::size_t count = num_blocks(input);
  for (const std::size_t partition : partitions) {
    if (partition >= count) {
      throw InvalidArgument("expected a partition below " + std::to_string(count) + ", found " +
                            std::to_string(partition));
    }
  }
  return std::make_shared<const Choose>(std::move(input), std::move(partitions));
}

}  // namespace treadle::bag

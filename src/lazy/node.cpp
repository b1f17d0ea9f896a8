#include "lazy/node.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace treadle::lazy {
namespace {

/// Counts the edges into each node, so that shared ones can be numbered.
std::unordered_map<const Node*, int> count_mentions(std::span<const NodePtr> roots) {
  std::unordered_map<const Node*, int> mentions;
  for (const NodePtr& root : roots) ++mentions[root.get()];
  for (const NodePtr& node : topological_order(roots)) {
    for (const NodePtr& input : node->inputs()) ++mentions[input.get()];
  }
  return mentions;
}

class Printer {
 public:
  explicit Printer(std::span<const NodePtr> roots) : mentions_(count_mentions(roots)) {}

  void print(const NodePtr& node, std::size_t depth) {
    text_.append(2 * depth, ' ');
    const auto known = numbers_.find(node.get());
    if (known != numbers_.end()) {
      text_ += "[" + std::to_string(known->second) + "]\n";
      return;
    }
    text_ += node->kind();
    if (const std::string parameters = node->parameters(); !parameters.empty()) text_ += " " + parameters;
    if (mentions_[node.get()] > 1) {
      const std::size_t number = numbers_.size() + 1;
      numbers_.emplace(node.get(), number);
      text_ += "  [" + std::to_string(number) + "]";
    }
    text_ += '\n';
    for (const NodePtr& input : node->inputs()) print(input, depth + 1);
  }

  std::string take() { return std::move(text_); }

 private:
  std::unordered_map<const Node*, int> mentions_;
  std::unordered_map<const Node*, std::size_t> numbers_;
  std::string text_;
};

}  // namespace

// A chain of ten thousand with_columns() must not be destroyed by ten thousand nested destructors.
Node::~Node() {
  std::vector<NodePtr> pending = std::move(inputs_);
  while (!pending.empty()) {
    NodePtr node = std::move(pending.back());
    pending.pop_back();
    if (node.use_count() != 1) continue;
    // The last reference, and nobody else can make another: its inputs are ours to unlink.
    auto& inputs = const_cast<Node&>(*node).inputs_;
    for (NodePtr& input : inputs) pending.push_back(std::move(input));
    inputs.clear();
  }
}

const Key& Node::key() const {
  // Inputs first and without recursion: a long chain must not exhaust the stack.
  std::vector<const Node*> pending;
  if (!key_ready_.load(std::memory_order_acquire)) pending.push_back(this);
  while (!pending.empty()) {
    const Node* node = pending.back();
    const auto missing = std::find_if(node->inputs_.begin(), node->inputs_.end(), [](const NodePtr& input) {
      return !input->key_ready_.load(std::memory_order_acquire);
    });
    if (missing != node->inputs_.end()) {
      pending.push_back(missing->get());
      continue;
    }
    node->compute_key();
    pending.pop_back();
  }
  return key_;
}

void Node::compute_key() const {
  std::call_once(key_once_, [this] {
    KeyBuilder builder(kind());
    add_to(builder);
    for (const NodePtr& input : inputs_) builder.add(input->key_);
    key_ = builder.finish();
    key_ready_.store(true, std::memory_order_release);
  });
}

std::vector<NodePtr> topological_order(std::span<const NodePtr> roots) {
  struct Visit {
    NodePtr node;
    std::size_t next_input = 0;
  };
  std::vector<NodePtr> order;
  std::unordered_set<const Node*> seen;
  std::vector<Visit> stack;
  for (const NodePtr& root : roots) {
    if (!seen.insert(root.get()).second) continue;
    stack.push_back({root});
    while (!stack.empty()) {
      Visit& visit = stack.back();
      if (visit.next_input == visit.node->inputs().size()) {
        order.push_back(std::move(visit.node));
        stack.pop_back();
        continue;
      }
      NodePtr input = visit.node->inputs()[visit.next_input++];
      if (seen.insert(input.get()).second) stack.push_back({std::move(input)});
    }
  }
  return order;
}

std::string print(std::span<const NodePtr> roots) {
  Printer printer(roots);
  for (const NodePtr& root : roots) printer.print(root, 0);
  return printer.take();
}

std::string print(const NodePtr& root) { return print({&root, 1}); }

}  // namespace treadle::lazy

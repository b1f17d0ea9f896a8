#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/key.h"

// The lazy room: what every collection's expressions share.
//
//   Node      one step of work that has not been done: its parameters and its inputs
//   rule      a pure function from a node to an equal, better one
//   rewrite   the driver that applies rules until none finds anything
//
//        write   aggregate          A plan is a graph, not a tree: the filter below is one node with
//            \   /                  two consumers, and its rows are computed once.
//            filter
//              |
//             scan
//
// After "Volcano" (Graefe, 1993) in the split of algebra and rules; identity by content comes from build
// systems.
namespace treadle::lazy {

class Node;
using NodePtr = std::shared_ptr<const Node>;

/// One step of a lazy collection. Immutable; shared freely between threads.
///
/// A kind of node is its parameters and four small functions: kind(), parameters(), add_to(), with_inputs().
class Node : public std::enable_shared_from_this<Node> {
 public:
  explicit Node(std::vector<NodePtr> inputs) : inputs_(std::move(inputs)) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node();

  /// The step's name, upper case in plans: "Filter".
  virtual std::string_view kind() const = 0;
  /// The parameters as text: "(dep_delay > 0)". Empty if there are none.
  virtual std::string parameters() const = 0;
  /// The same step over other inputs, as many as it has now.
  virtual NodePtr with_inputs(std::vector<NodePtr> inputs) const = 0;

  const std::vector<NodePtr>& inputs() const noexcept { return inputs_; }
  /// Equal steps over equal inputs have equal keys. Computed at first use; thread-safe.
  const Key& key() const;

 protected:
  /// Adds the parameters: everything that determines the result besides the inputs.
  virtual void add_to(KeyBuilder& key) const = 0;

 private:
  /// The keys of the inputs are there.
  void compute_key() const;

  std::vector<NodePtr> inputs_;
  mutable std::once_flag key_once_;
  mutable std::atomic<bool> key_ready_ = false;
  mutable Key key_;
};

/// Every node below and including `roots`, each once, inputs before their users.
std::vector<NodePtr> topological_order(std::span<const NodePtr> roots);

/// The plan as an indented tree, a line a node. A node with several consumers is printed once, with a number
/// in brackets that later mentions repeat: "Filter (a > 0)  [1]" ... "[1]".
std::string print(std::span<const NodePtr> roots);
std::string print(const NodePtr& root);

}  // namespace treadle::lazy

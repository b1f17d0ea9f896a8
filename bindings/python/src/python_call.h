#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lazy/blocks.h"
#include "session/chosen_blocks.h"
#include "src/blocks.h"
#include "src/call_arguments.h"
#include "treadle/operation.h"

namespace treadle::python {

/// A call of a Python function as a task: its inputs' values take their places in the arguments. Runs under
/// the GIL, in the engine's threads. What the function raises ends the task, with a note that names it.
class PythonCall final : public Operation {
 public:
  struct Parts {
    SharedObject runner;  ///< if set, it is what is called, with the function as its first argument
    SharedObject function;
    SharedObject name;  ///< a str
    std::vector<CallArgument> positional;
    std::vector<CallArgument> by_name;
    SharedObject names;  ///< of by_name, a tuple; none if there are none
    Key identity;
    bool stays_here = false;  ///< never called through a runner
    /// What to do where the inputs do not fit into memory together, which is found out before they are
    /// brought there. Empty: it is not looked at.
    std::string if_inputs_do_not_fit;
  };
  explicit PythonCall(Parts parts);

  std::string_view name() const override { return name_; }
  void add_to(KeyBuilder& key) const override { key.add(parts_.identity); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override;
  const Key& identity() const noexcept { return parts_.identity; }
  const Parts& parts() const noexcept { return parts_; }
  /// What the function answers with; `number`, if there is one, is its first argument.
  Value answer(std::span<const Value> inputs, const Key& key, std::optional<std::size_t> number) const;
  /// The same call as `runner(function, *arguments)`, unless it stays here. Under the GIL.
  std::shared_ptr<const PythonCall> through(nb::handle runner) const;

 private:
  Value call(std::span<const Value> inputs, const Key& key, std::optional<std::size_t> number) const;
  Parts parts_;
  std::string_view name_;  // lies in parts_.name
};

/// A node whose Python functions can be called elsewhere: see call_through().
class PythonStep {
 public:
  virtual ~PythonStep() = default;
  /// The same step, its function called as `runner(function, *arguments)`. Under the GIL.
  virtual lazy::NodePtr through(nb::handle runner) const = 0;
};

/// One block: what a call answers with.
class PythonCallNode final : public lazy::BlockNode, public PythonStep {
 public:
  PythonCallNode(std::shared_ptr<const PythonCall> call, std::vector<session::BlockChoice> choices,
                 std::vector<lazy::NodePtr> inputs, std::uint16_t retries = 0);

  std::string_view kind() const override { return call_->name(); }
  std::string parameters() const override { return {}; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;
  lazy::NodePtr through(nb::handle runner) const override;
  const PythonCall& call() const noexcept { return *call_; }
  const std::vector<session::BlockChoice>& choices() const noexcept { return choices_; }

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::shared_ptr<const PythonCall> call_;
  std::vector<session::BlockChoice> choices_;
  std::uint16_t retries_;
};

/// A row of blocks, each what one call answers with: `choices` name a block, or kEach for the block of the
/// call's own number.
class PythonCallsNode final : public lazy::BlockNode, public PythonStep {
 public:
  static constexpr std::uint32_t kEach = UINT32_MAX;
  /// `numbered`: the block's number comes before the other arguments.
  PythonCallsNode(std::shared_ptr<const PythonCall> call, std::size_t num_blocks, bool numbered,
                  std::vector<session::BlockChoice> choices, std::vector<lazy::NodePtr> inputs);

  std::string_view kind() const override { return call_->name(); }
  std::string parameters() const override;
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override;
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override;
  lazy::NodePtr through(nb::handle runner) const override;
  const PythonCall& call() const noexcept { return *call_; }
  const std::vector<session::BlockChoice>& choices() const noexcept { return choices_; }
  std::size_t num_blocks() const noexcept { return num_blocks_; }
  bool numbered() const noexcept { return numbered_; }

 protected:
  void add_to(KeyBuilder& key) const override;

 private:
  std::shared_ptr<const PythonCall> call_;
  std::size_t num_blocks_;
  bool numbered_;
  std::vector<session::BlockChoice> choices_;
};

/// What an object stands for, if it is lazy: a row of several blocks for the list of their values. Under the
/// GIL, as all below.
std::optional<Blocks> lazy_value(nb::handle object);

/// A call written down; `token` makes equal calls one task, without one it is work of its own.
PythonCall::Parts read_call(nb::handle function, const nb::tuple& arguments, const nb::dict& by_name,
                            nb::handle name, const std::optional<std::string>& token, LazyFinder& finder);

/// `roots` with every Python function called through `runner`: how functions come into other processes.
/// Under the GIL.
std::vector<lazy::NodePtr> call_through(std::span<const lazy::NodePtr> roots, nb::handle runner);

}  // namespace treadle::python

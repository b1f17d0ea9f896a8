#include "src/python_call.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "lazy/rewrite.h"
#include "session/frame_blocks.h"
#include "src/fits_together.h"
#include "src/python_form.h"
#include "src/python_raised.h"
#include "src/runner_engine.h"

namespace treadle::python {
namespace {

std::string_view text_of(nb::handle text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) throw nb::python_error();
  return {bytes, static_cast<std::size_t>(size)};
}

/// The arguments of one call as the vector call protocol takes them; they live as long as it.
class ArgumentRow {
 public:
  explicit ArgumentRow(std::size_t size) {
    if (size > on_stack_.size()) {
      on_heap_.resize(size);
      row_ = on_heap_.data();
    }
  }
  ArgumentRow(const ArgumentRow&) = delete;
  ArgumentRow& operator=(const ArgumentRow&) = delete;
  ~ArgumentRow() {
    for (std::size_t i = 0; i < size_; ++i) Py_DECREF(row_[i]);
  }
  void add(nb::object argument) { row_[size_++] = argument.release().ptr(); }
  PyObject* const* data() const noexcept { return row_; }

 private:
  std::array<PyObject*, 8> on_stack_{};
  std::vector<PyObject*> on_heap_;
  PyObject** row_ = on_stack_.data();
  std::size_t size_ = 0;
};

/// Says in an exception which task raised it. Leaves it as it was if it takes no notes.
void add_note(nb::handle raised, std::string_view name, const Key& key) {
  std::string note = "in the task ";
  note.append(name).append("-").append(key.to_string().substr(0, 8));
  nb::steal(PyObject_CallMethod(raised.ptr(), "add_note", "s", note.c_str()));
  PyErr_Clear();
}

std::vector<CallArgument> share(const std::vector<CallArgument>& arguments) {
  std::vector<CallArgument> copies;
  for (const CallArgument& argument : arguments) copies.push_back(argument.share());
  return copies;
}

/// The call of one block of many that differ in nothing else.
class NumberedCall final : public Operation {
 public:
  NumberedCall(std::shared_ptr<const PythonCall> call, std::size_t number, bool tell)
      : call_(std::move(call)), number_(number), tell_(tell) {}
  std::string_view name() const override { return call_->name(); }
  void add_to(KeyBuilder& key) const override {
    key.add(call_->identity()).add(static_cast<std::uint64_t>(number_));
  }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const Reservation room = room_for_objects(inputs, context);
    const std::optional<std::size_t> told = tell_ ? std::optional(number_) : std::nullopt;
    return std::vector<Value>{call_->answer(inputs, context.key(), told)};
  }

 private:
  std::shared_ptr<const PythonCall> call_;
  std::size_t number_;
  bool tell_;
};

Key key_through(const Key& identity) {
  KeyBuilder key("through");
  return key.add(identity).finish();
}

}  // namespace

PythonCall::PythonCall(Parts parts) : parts_(std::move(parts)), name_(text_of(parts_.name.get())) {}

Outcome PythonCall::run(std::span<const Value> inputs, TaskContext& context) const {
  const Reservation room = room_for_objects(inputs, context);
  return std::vector<Value>{answer(inputs, context.key(), std::nullopt)};
}

Value PythonCall::answer(std::span<const Value> inputs, const Key& key,
                         std::optional<std::size_t> number) const {
  return with_gil_in_task([&] { return call(inputs, key, number); });
}

Value PythonCall::call(std::span<const Value> inputs, const Key& key,
                       std::optional<std::size_t> number) const {
  const std::size_t num_positional = parts_.positional.size() + (number ? 1 : 0) + (parts_.runner ? 1 : 0);
  ArgumentRow row(num_positional + parts_.by_name.size());
  if (parts_.runner) row.add(nb::borrow(parts_.function.get()));
  if (number) row.add(nb::int_(*number));
  for (const CallArgument& argument : parts_.positional) row.add(make_argument(argument, inputs));
  for (const CallArgument& argument : parts_.by_name) row.add(make_argument(argument, inputs));
  const nb::handle called = parts_.runner ? parts_.runner.get() : parts_.function.get();
  PyObject* returned = nullptr;
  {
    const StayIfLeaving stay;
    returned = PyObject_Vectorcall(called.ptr(), row.data(), num_positional, parts_.names.get().ptr());
  }
  const nb::object answer = nb::steal(returned);
  if (!answer) {
    const PythonRaised raised = PythonRaised::take();
    add_note(raised.value(), name_, key);
    throw PythonRaised(raised);
  }
  return from_python(answer);
}

std::shared_ptr<const PythonCall> PythonCall::through(nb::handle runner) const {
  const bool stays = parts_.stays_here;
  Parts parts;
  if (!stays) parts.runner = SharedObject(nb::borrow(runner));
  parts.function = parts_.function.share();
  parts.name = parts_.name.share();
  parts.positional = share(parts_.positional);
  parts.by_name = share(parts_.by_name);
  if (parts_.names) parts.names = parts_.names.share();
  parts.identity = stays ? parts_.identity : key_through(parts_.identity);
  parts.stays_here = stays;
  parts.if_inputs_do_not_fit = parts_.if_inputs_do_not_fit;
  return std::make_shared<const PythonCall>(std::move(parts));
}

PythonCallNode::PythonCallNode(std::shared_ptr<const PythonCall> call,
                               std::vector<session::BlockChoice> choices, std::vector<lazy::NodePtr> inputs,
                               std::uint16_t retries)
    : BlockNode(std::move(inputs)), call_(std::move(call)), choices_(std::move(choices)), retries_(retries) {}

lazy::NodePtr PythonCallNode::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const PythonCallNode>(call_, choices_, std::move(inputs), retries_);
}

std::vector<TaskOutput> PythonCallNode::lower(lazy::Lowering& lowering) const {
  std::vector<TaskOutput> edges;
  edges.reserve(choices_.size());
  for (const session::BlockChoice& choice : choices_) {
    edges.push_back(lowering.blocks(inputs()[choice.input]).at(choice.block));
  }
  if (const std::string& advice = call_->parts().if_inputs_do_not_fit; !advice.empty() && edges.size() > 1) {
    const std::string what = std::string(call_->name()) + ": all of it in one list";
    edges.push_back(fits_together(lowering.graph(), edges, what, advice));  // no argument names it
  }
  return {{lowering.graph().add(call_, edges, {0, retries_}), 0}};
}

lazy::NodePtr PythonCallNode::through(nb::handle runner) const {
  return std::make_shared<const PythonCallNode>(call_->through(runner), choices_, inputs(), retries_);
}

void PythonCallNode::add_to(KeyBuilder& key) const {
  key.add(call_->identity()).add(static_cast<std::uint64_t>(choices_.size()));
  for (const session::BlockChoice& choice : choices_) key.add(choice.input).add(choice.block);
}

PythonCallsNode::PythonCallsNode(std::shared_ptr<const PythonCall> call, std::size_t num_blocks,
                                 bool numbered, std::vector<session::BlockChoice> choices,
                                 std::vector<lazy::NodePtr> inputs)
    : BlockNode(std::move(inputs)),
      call_(std::move(call)),
      num_blocks_(num_blocks),
      numbered_(numbered),
      choices_(std::move(choices)) {}

std::string PythonCallsNode::parameters() const { return std::to_string(num_blocks_) + " blocks"; }

lazy::NodePtr PythonCallsNode::with_inputs(std::vector<lazy::NodePtr> inputs) const {
  return std::make_shared<const PythonCallsNode>(call_, num_blocks_, numbered_, choices_, std::move(inputs));
}

std::vector<TaskOutput> PythonCallsNode::lower(lazy::Lowering& lowering) const {
  std::vector<TaskOutput> blocks;
  std::vector<TaskOutput> edges(choices_.size());
  // Calls without inputs and without a number are many all the same: each is to run.
  const bool alike = !numbered_ && std::ranges::none_of(choices_, [](const session::BlockChoice& choice) {
    return choice.block == kEach;
  });
  for (std::uint32_t number = 0; number < num_blocks_; ++number) {
    for (std::size_t i = 0; i < choices_.size(); ++i) {
      const auto [input, block] = choices_[i];
      edges[i] = lowering.blocks(inputs()[input]).at(block == kEach ? number : block);
    }
    std::shared_ptr<const Operation> operation = call_;
    if (numbered_ || alike) operation = std::make_shared<const NumberedCall>(call_, number, numbered_);
    blocks.push_back({lowering.graph().add(std::move(operation), edges), 0});
  }
  return blocks;
}

lazy::NodePtr PythonCallsNode::through(nb::handle runner) const {
  return std::make_shared<const PythonCallsNode>(call_->through(runner), num_blocks_, numbered_, choices_,
                                                 inputs());
}

void PythonCallsNode::add_to(KeyBuilder& key) const {
  key.add(call_->identity()).add(static_cast<std::uint64_t>(num_blocks_)).add(numbered_);
  for (const session::BlockChoice& choice : choices_) key.add(choice.input).add(choice.block);
}

std::vector<lazy::NodePtr> call_through(std::span<const lazy::NodePtr> roots, nb::handle runner) {
  return lazy::transform(roots, [&](const lazy::NodePtr& node, const lazy::NodePtr&) {
    if (const auto* step = dynamic_cast<const PythonStep*>(node.get())) return step->through(runner);
    const auto through = [&](const lazy::NodePtr& part) { return step_through(part, runner); };
    lazy::NodePtr frames = session::map_frame_steps(node, through);
    return frames == nullptr ? node : frames;
  });
}

}  // namespace treadle::python

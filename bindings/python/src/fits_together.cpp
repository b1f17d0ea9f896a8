#include "src/fits_together.h"

#include <nanobind/stl/string.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lazy/blocks.h"
#include "src/blocks.h"
#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/operation.h"
#include "treadle/task_context.h"

// What a task that takes many blocks together waits for: its inputs come from disk before it could ask for
// memory, so whether they fit is found out by their sizes before.
namespace treadle::python {
namespace {

class SizeOfBlock final : public Operation {
 public:
  std::string_view name() const override { return "size"; }
  void add_to(KeyBuilder& key) const override { key.add("python.size_of_block"); }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    return std::vector<Value>{Value::of(static_cast<std::int64_t>(inputs[0].nbytes()))};
  }
};

class Together final : public Operation {
 public:
  Together(std::string what, std::string advice) : what_(std::move(what)), advice_(std::move(advice)) {}
  std::string_view name() const override { return what_; }
  void add_to(KeyBuilder& key) const override { key.add("python.together").add(what_); }
  Outcome run(std::span<const Value> sizes, TaskContext& context) const override {
    std::int64_t bytes = 0;
    for (const Value& size : sizes) bytes += size.get<std::int64_t>();
    try {
      const Reservation all = context.reserve(what_, static_cast<std::size_t>(bytes));
    } catch (const OutOfMemory& error) {
      throw OutOfMemory(std::string(error.what()) + "; or " + advice_);
    }
    return std::vector<Value>{Value::of(bytes)};
  }

 private:
  std::string what_;
  std::string advice_;
};

/// One block: how many bytes the blocks of the input take.
class FitsTogether final : public lazy::BlockNode {
 public:
  FitsTogether(lazy::NodePtr row, std::string what, std::string advice)
      : BlockNode({std::move(row)}), what_(std::move(what)), advice_(std::move(advice)) {}
  std::string_view kind() const override { return "FitsTogether"; }
  std::string parameters() const override { return what_; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr> inputs) const override {
    return std::make_shared<const FitsTogether>(std::move(inputs[0]), what_, advice_);
  }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    const auto size = std::make_shared<const SizeOfBlock>();
    std::vector<TaskOutput> sizes;
    for (const TaskOutput& block : lowering.blocks(inputs()[0])) {
      sizes.push_back({lowering.graph().add(size, {block})});
    }
    return {{lowering.graph().add(std::make_shared<const Together>(what_, advice_), sizes)}};
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(what_); }

 private:
  std::string what_;
  std::string advice_;
};

}  // namespace

void bind_fits_together(nb::module_& module) {
  module.def("fits_together", [](const Blocks& row, const std::string& what, const std::string& advice) {
    return Blocks{std::make_shared<const FitsTogether>(row.node(), what, advice), 1};
  });
}

}  // namespace treadle::python

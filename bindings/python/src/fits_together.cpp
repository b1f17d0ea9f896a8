#include "src/fits_together.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/codecs.h"
#include "treadle/error.h"
#include "treadle/operation.h"
#include "treadle/task_context.h"

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

}  // namespace

TaskOutput fits_together(TaskGraph& graph, std::span<const TaskOutput> blocks, const std::string& what,
                         const std::string& advice) {
  const auto size = std::make_shared<const SizeOfBlock>();
  std::vector<TaskOutput> sizes;
  for (const TaskOutput& block : blocks) sizes.push_back({graph.add(size, {block}), 0});
  return {graph.add(std::make_shared<const Together>(what, advice), sizes), 0};
}

}  // namespace treadle::python

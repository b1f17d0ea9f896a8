#include "conformance/suite.h"

#include "treadle/graph.h"

namespace treadle::conformance {
namespace {

class Portable final : public Operation {
 public:
  Portable(Act act, std::int64_t number, std::uint32_t slots) : act_(act), number_(number), slots_(slots) {}

  std::string_view name() const override { return "conformance"; }
  void add_to(KeyBuilder& key) const override {
    key.add(static_cast<std::int64_t>(act_)).add(number_).add(slots_);
  }
  std::uint32_t num_slots() const override { return slots_; }
  bool may_expand() const override { return act_ == Act::kExpand; }
  bool portable() const override { return true; }
  void write(ByteSink& sink) const override {
    sink.write(&act_, sizeof act_);
    sink.write(&number_, sizeof number_);
    sink.write(&slots_, sizeof slots_);
  }
  static std::shared_ptr<const Operation> read(ByteSource& source) {
    Act act{};
    std::int64_t number = 0;
    std::uint32_t slots = 0;
    source.read(&act, sizeof act);
    source.read(&number, sizeof number);
    source.read(&slots, sizeof slots);
    return std::make_shared<const Portable>(act, number, slots);
  }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    switch (act_) {
      case Act::kAdd:
        return values(sum(inputs) + number_, slots_);
      case Act::kIoError:
        throw IoError("disk " + std::to_string(number_));
      case Act::kStdError:
        throw std::runtime_error("the cause");
      case Act::kOddError:
        throw 7;  // NOLINT(hicpp-exception-baseclass): users do
      case Act::kNothing:
        return values(0, 0);
      case Act::kTooMuch:
        return values(0, slots_ + 1);
      case Act::kExpand:
        return expand(sum(inputs));
      case Act::kText:
        return std::vector<Value>{Value::of(std::string(static_cast<std::size_t>(number_), 'x'))};
      case Act::kLength:
        return add_lengths(inputs, context);
      case Act::kRunOn:
        for (;;) {
          context.check_stopped();
          std::this_thread::sleep_for(1ms);
        }
    }
    throw InternalError("an act that is none");
  }

 private:
  static std::int64_t sum(std::span<const Value> inputs) {
    std::int64_t sum = 0;
    for (const Value& input : inputs) sum += input.get<std::int64_t>();
    return sum;
  }
  static std::vector<Value> values(std::int64_t first, std::uint32_t count) {
    std::vector<Value> values;
    for (std::uint32_t slot = 0; slot < count; ++slot) values.push_back(Value::of(first + slot));
    return values;
  }
  Outcome expand(std::int64_t sum) const {
    auto more = std::make_shared<TaskGraph>();
    const TaskId known = more->add_value(Value::of(sum));
    std::vector<TaskOutput> parts;
    for (std::int64_t i = 0; i < number_; ++i)
      parts.push_back({more->add(conformance::add(i), {{known, 0}}), 0});
    const TaskId all = more->add(conformance::add(0, slots_), parts);
    for (std::uint32_t slot = 0; slot < slots_; ++slot) more->add_output({all, slot});
    return Expansion{more};
  }

  Act act_;
  std::int64_t number_;
  std::uint32_t slots_;
};

class Call final : public Operation {
 public:
  Call(Function function, MemoryNeed need, bool expands)
      : function_(std::move(function)), need_(need), expands_(expands) {}
  std::string_view name() const override { return "call"; }
  bool may_expand() const override { return expands_; }
  MemoryNeed memory_need(std::span<const SizeEstimate>) const override { return need_; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    return function_(inputs, context);
  }

 private:
  Function function_;
  MemoryNeed need_;
  bool expands_;
};

}  // namespace

std::shared_ptr<const Operation> portable(Act act, std::int64_t number, std::uint32_t slots) {
  static const bool known = (graph::register_operation("conformance", Portable::read), true);
  static_cast<void>(known);
  return std::make_shared<const Portable>(act, number, slots);
}

std::shared_ptr<const Operation> call(Function function, MemoryNeed need) {
  return std::make_shared<const Call>(std::move(function), need, false);
}

std::shared_ptr<const Operation> expands(Function function) {
  return std::make_shared<const Call>(std::move(function), MemoryNeed{}, true);
}

std::shared_ptr<const Operation> text_source(std::size_t bytes, MemoryNeed need) {
  return call([bytes](std::span<const Value>,
                      TaskContext&) { return std::vector<Value>{Value::of(std::string(bytes, 'x'))}; },
              need);
}

Outcome add_lengths(std::span<const Value> inputs, TaskContext& /*context*/) {
  std::int64_t sum = 0;
  for (const Value& input : inputs) sum += static_cast<std::int64_t>(input.get<std::string>().size());
  return number(sum);
}

TaskGraph single(std::shared_ptr<const Operation> operation) {
  TaskGraph graph;
  graph.add_output({graph.add(std::move(operation)), 0});
  return graph;
}

TaskGraph chain(int length) {
  TaskGraph graph;
  const auto operation = add(1);
  TaskId last = graph.add(add());
  for (int i = 0; i < length; ++i) last = graph.add(operation, {{last, 0}});
  graph.add_output({last, 0});
  return graph;
}

RunOptions with(const std::function<void(RunOptions&)>& change) {
  RunOptions options;
  change(options);
  return options;
}

RunOptions with_memory(std::size_t bytes) {
  return with([&](RunOptions& options) { options.working_memory = bytes; });
}

void ConformanceTest::expect_usable() { EXPECT_EQ(result(chain(10)), 10); }

std::string ConformanceTest::error_of(Run& run) {
  try {
    run.wait();
  } catch (const Error& error) {
    return std::string(error.kind()) + ": " + error.what();
  }
  return "none";
}

}  // namespace treadle::conformance

#include "treadle/delayed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <string>
#include <vector>

#include "treadle/error.h"
#include "treadle/task_context.h"

namespace treadle {
namespace {

int inc(int x) { return x + 1; }
int add(const int& a, const int& b) { return a + b; }
int sum(const std::vector<int>& items) { return std::accumulate(items.begin(), items.end(), 0); }
std::string greet(const std::string& name) { return "hello " + name; }

TREADLE_TASK(inc);
TREADLE_TASK(add);
TREADLE_TASK(greet);

// The context that a call sees; delayed calls use nothing of it but the stop flag.
class NoContext final : public TaskContext {
 public:
  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view, std::size_t) override { return {}; }
  void run_strips(StripLoop&) override {}
  const std::string& spill_directory() override { return directory_; }
  void count(Counter, std::uint64_t) noexcept override {}
  void warn(std::string_view) override {}

 private:
  Key key_;
  Reservation memory_;
  std::string directory_;
};

// Runs a graph in the order of its ids: what any engine must come to.
std::vector<Value> run(const TaskGraph& graph) {
  NoContext context;
  std::vector<Value> values(graph.num_tasks());
  for (TaskId id = 0; id < graph.num_tasks(); ++id) {
    std::vector<Value> inputs;
    for (const TaskOutput& input : graph.inputs(id)) inputs.push_back(values[input.task]);
    const Outcome outcome = graph.task(id).operation.run(inputs, context);
    if (const auto* slots = std::get_if<std::vector<Value>>(&outcome)) {
      values[id] = slots->front();
    } else {
      values[id] = run(*std::get<Expansion>(outcome).graph).front();
    }
  }
  std::vector<Value> outputs;
  for (const TaskOutput& output : graph.outputs()) outputs.push_back(values[output.task]);
  return outputs;
}

template <class T>
T result(const Delayed<T>& value) {
  return run(value.graph()).front().template get<T>();
}

TEST(Delayed, CallsAreMadeWhenTheGraphRuns) {
  std::atomic<int> calls = 0;
  const auto twice = delayed([&calls](int x) { return ++calls, 2 * x; })(21);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(result(twice), 42);
  EXPECT_EQ(calls, 1);
}

TEST(Delayed, ArgumentsMayBeDelayedThemselves) {
  EXPECT_EQ(result(delayed(add)(delayed(inc)(1), delayed(inc)(2))), 5);
  EXPECT_EQ(result(delayed(greet)("Ada")), "hello Ada");
}

TEST(Delayed, VectorsMayHoldDelayedValues) {
  std::vector<Delayed<int>> parts;
  for (int i = 0; i < 10; ++i) parts.push_back(delayed(inc)(i));
  EXPECT_EQ(result(delayed(sum)(parts)), 55);
}

TEST(Delayed, TuplesAndPairsMayHoldDelayedValuesAtAnyDepth) {
  const auto f = delayed([](const std::tuple<int, std::vector<std::pair<int, std::string>>>& all) {
    return std::get<0>(all) + std::get<1>(all)[0].first + static_cast<int>(std::get<1>(all)[1].second.size());
  });
  const std::vector<std::pair<Delayed<int>, std::string>> pairs{{delayed(inc)(1), "a"},
                                                                {delayed(inc)(2), "four"}};
  EXPECT_EQ(result(f(std::make_tuple(delayed(inc)(9), pairs))), 10 + 2 + 4);
}

TEST(Delayed, AFunctionThatReturnsNothingLeavesMonostate) {
  int seen = 0;
  const Delayed<std::monostate> done = delayed([&seen](int x) { seen = x; })(3);
  result(done);
  EXPECT_EQ(seen, 3);
}

TEST(Delayed, AFunctionThatReturnsDelayedRunsWhatItReturned) {
  const auto chosen = delayed([](int x) { return x > 0 ? delayed(inc)(x) : delayed(add)(x, x); });
  EXPECT_EQ(result(chosen(5)), 6);
  EXPECT_EQ(result(chosen(-5)), -10);
  EXPECT_TRUE(chosen(5).graph().task(0).operation.may_expand());
}

TEST(Delayed, EqualCallsOfARegisteredFunctionAreOneTask) {
  const auto twice = delayed(add)(delayed(inc)(1), delayed(inc)(1));
  EXPECT_EQ(twice.graph().num_tasks(), 2u);
  EXPECT_EQ(delayed(inc)(1).graph().key(0), delayed(inc)(1).graph().key(0));
  EXPECT_NE(delayed(inc)(1).graph().key(0), delayed(inc)(2).graph().key(0));
}

TEST(Delayed, CallsOfALambdaAreEachTheirOwn) {
  const auto f = delayed([](int x) { return x; });
  const auto both = delayed(add)(f(1), f(1));
  EXPECT_EQ(both.graph().num_tasks(), 3u);
}

TEST(Delayed, ANodeUsedOftenIsOneTask) {
  const auto shared = delayed([](int x) { return x; })(4);
  const auto total = delayed(add)(shared, shared);
  EXPECT_EQ(total.graph().num_tasks(), 2u);
  EXPECT_EQ(result(total), 8);
}

TEST(Delayed, RegisteredFunctionsWithMovableArgumentsArePortable) {
  EXPECT_TRUE(delayed(inc)(1).graph().task(0).operation.portable());
  EXPECT_FALSE(delayed(sum)(std::vector<int>{1}).graph().task(0).operation.portable());
  EXPECT_EQ(delayed(inc)(1).graph().task(0).operation.name(), "inc");
}

TEST(Delayed, RegisteredFunctionsAreFoundByName) {
  EXPECT_EQ(registered_callable("add")->registered_name(), "add");
  try {
    registered_callable("ad");
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_STREQ(error.what(), "no function is registered as \"ad\"; did you mean \"add\"?");
  }
}

TEST(Delayed, ANameCannotStandForTwoFunctions) {
  const auto other = [](int x) { return x; };
  EXPECT_THROW(delayed_call::register_function("inc", +other), InvalidArgument);
}

TEST(Delayed, MoveOnlyAndOddTypesTravelPinned) {
  struct Odd {
    int x;
  };
  const auto odd = delayed([](int x) { return Odd{x}; })(3);
  const auto value = run(odd.graph()).front();
  EXPECT_FALSE(value.movable());
  EXPECT_EQ(result(delayed([](const Odd& o) { return o.x; })(odd)), 3);
}

TEST(Delayed, LongChainsAreBuiltAndReleased) {
  constexpr int kDepth = 200'000;
  const auto step = delayed([](int x) { return x + 1; });
  Delayed<int> chain = delayed_value(0);
  for (int i = 0; i < kDepth; ++i) chain = step(chain);
  EXPECT_EQ(chain.graph().num_tasks(), kDepth + 1u);
}

}  // namespace
}  // namespace treadle

#include "treadle/delayed.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle {
namespace {

int inc(int x) { return x + 1; }
int add(const int& a, const int& b) { return a + b; }
int sum(const std::vector<int>& items) { return std::accumulate(items.begin(), items.end(), 0); }
std::string greet(const std::string& name) { return "hello " + name; }

double half(double x) noexcept { return x / 2; }
std::size_t length(std::string_view text) { return text.size(); }

TREADLE_TASK(inc);
TREADLE_TASK(add);
TREADLE_TASK(greet);
TREADLE_TASK(half);
TREADLE_TASK(length);

// Runs a graph in the order of its ids: what any engine must come to.
std::vector<Value> run(const TaskGraph& graph) {
  graph::NoContext context;
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

TEST(Delayed, ArraysOptionalsAndMapsMayHoldDelayedValues) {
  const auto one = delayed(inc)(0), two = delayed(inc)(1);
  const auto add_up = delayed([](const std::array<int, 2>& items) { return items[0] + 10 * items[1]; });
  EXPECT_EQ(result(add_up(std::array{one, two})), 21);
  const auto or_zero = delayed([](std::optional<int> item) { return item.value_or(0); });
  EXPECT_EQ(result(or_zero(std::optional(two))), 2);
  EXPECT_EQ(result(or_zero(std::optional<Delayed<int>>())), 0);
  const auto show = delayed([](const std::map<std::string, std::vector<int>>& counts) {
    std::string text;
    for (const auto& [name, items] : counts) text += name + "=" + std::to_string(sum(items)) + ";";
    return text;
  });
  EXPECT_EQ(result(show(std::map<std::string, std::vector<Delayed<int>>>{{"b", {one, two}}, {"a", {one}}})),
            "a=1;b=3;");
}

TEST(Delayed, TextTravelsAsStrings) {
  EXPECT_EQ(result(delayed(greet)(std::string_view("Ada"))), "hello Ada");
  EXPECT_EQ(result(delayed(length)("four")), 4u);
  const auto join = delayed([](const std::vector<std::string>& words) { return words[0] + words[1]; });
  EXPECT_EQ(result(join(std::vector<const char*>{"a", "b"})), "ab");
}

TEST(Delayed, ConstantsBecomeWhatTheRegisteredFunctionTakes) {
  const TaskGraph of_int = delayed(half)(3).graph(), of_double = delayed(half)(3.0).graph();
  EXPECT_EQ(of_int.key(0), of_double.key(0));
  EXPECT_TRUE(of_int.task(0).operation.portable());
  EXPECT_EQ(result(delayed(half)(3)), 1.5);
  EXPECT_TRUE(delayed(length)("four").graph().task(0).operation.portable());
}

TEST(Delayed, AComputationIsDrawn) {
  const std::string path = testing::TempDir() + "treadle_delayed_visualize.dot";
  const auto text = [&] {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto both = delayed(add)(delayed(inc)(1), 2);
  both.visualize(path);
  EXPECT_EQ(text(), graph::to_dot(both.graph()));
  visualize(path, delayed(inc)(1), delayed(greet)("Ada"));
  EXPECT_NE(text().find("inc-"), std::string::npos);
  EXPECT_NE(text().find("greet-"), std::string::npos);
  visualize(path, std::vector{delayed(inc)(1), delayed(inc)(2), delayed(inc)(3)}, {.most_boxes = 2});
  EXPECT_NE(text().find("inc x 3"), std::string::npos);
  EXPECT_THROW(both.visualize("drawing.xyz"), InvalidArgument);
  std::remove(path.c_str());
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
  constexpr int kDepth = 1'000'000;
  const auto step = delayed([](int x) { return x + 1; });
  Delayed<int> chain = delayed_value(0);
  for (int i = 0; i < kDepth; ++i) chain = step(chain);
  EXPECT_EQ(chain.graph().num_tasks(), kDepth + 1u);
}

}  // namespace
}  // namespace treadle

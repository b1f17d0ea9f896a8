#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include "conformance/engine_under_test.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/operation.h"

namespace treadle::conformance {

using namespace std::chrono_literals;

/// A test of every engine.
class ConformanceTest : public testing::TestWithParam<EngineUnderTest> {
 protected:
  using Run = treadle::Run;  // hides the test framework's function

  Run start(TaskGraph graph, RunOptions options = {}) {
    options.num_threads = GetParam().num_threads;
    return engine_->submit(std::move(graph), options);
  }
  std::int64_t result(TaskGraph graph) { return start(std::move(graph)).outputs().at(0).get<std::int64_t>(); }
  /// The engine runs a graph as if nothing had been.
  void expect_usable();
  /// What the run ended with.
  static std::string error_of(Run& run);
  bool unattended() const { return engine_->works_unattended(); }

  std::shared_ptr<Engine> engine_ = GetParam().make();
};

/// A test of the engines that run tasks in this process.
class InProcessTest : public ConformanceTest {
 protected:
  void SetUp() override {
    if (!GetParam().in_process) GTEST_SKIP() << "its tasks run elsewhere";
  }
};

#define TREADLE_CONFORMANCE_SUITE(suite)                                            \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, testing::ValuesIn(engines_under_test()), \
                           [](const auto& tested) { return tested.param.name; })

/// What a portable operation of the suite does with the sum of its inputs and its number.
enum class Act : std::uint8_t {
  kAdd,      ///< answers with the sum, the sum + 1 ... in its slots
  kIoError,  ///< throws an IoError that names its number
  kStdError,
  kOddError,  ///< throws what is no std::exception
  kNothing,   ///< answers with no value
  kTooMuch,   ///< answers with one value too many
  kExpand,  ///< answers with tasks that add 0, 1 ... to the sum, `number` of them, and one that adds them up
  kText,    ///< answers with a text of `number` bytes
  kLength,  ///< answers with the bytes of its inputs, which are texts
  kRunOn,   ///< polls until it is stopped
};
/// Equal ones are equal work.
std::shared_ptr<const Operation> portable(Act act, std::int64_t number = 0, std::uint32_t slots = 1);
inline std::shared_ptr<const Operation> add(std::int64_t number = 0, std::uint32_t slots = 1) {
  return portable(Act::kAdd, number, slots);
}

/// An operation from a function, for the engines that run it in this process.
using Function = std::function<Outcome(std::span<const Value>, TaskContext&)>;
std::shared_ptr<const Operation> call(Function function, MemoryNeed need = {});
/// One that may answer with more graph.
std::shared_ptr<const Operation> expands(Function function);
/// A source of `bytes` of text; a task that adds up the lengths of all its inputs.
std::shared_ptr<const Operation> text_source(std::size_t bytes, MemoryNeed need = {});
Outcome add_lengths(std::span<const Value> inputs, TaskContext&);

inline Outcome number(std::int64_t n) { return std::vector<Value>{Value::of(n)}; }
TaskGraph single(std::shared_ptr<const Operation> operation);
TaskGraph chain(int length);
RunOptions with(const std::function<void(RunOptions&)>& change);
RunOptions with_memory(std::size_t bytes);

}  // namespace treadle::conformance

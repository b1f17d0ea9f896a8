#include "engine/execution.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "graph/test_operations.h"
#include "treadle/error.h"

namespace treadle {

// Movable, says its codec, which cannot write it all the same: a Python object that does not pickle.
struct Stubborn {};
template <>
struct Codec<Stubborn> {
  static constexpr std::string_view kind = "stubborn";
  static std::size_t nbytes(const Stubborn&) { return 100'000; }
  static void write(const Stubborn&, ByteSink& sink) {
    const std::string begun(5000, 'x');
    sink.write(begun.data(), begun.size());
    throw TypeError("cannot pickle it");
  }
  static Stubborn read(ByteSource&) { return {}; }
};

// Calls the test while it is spilled.
struct Watched {
  std::function<void()>* while_written;
};
template <>
struct Codec<Watched> {
  static constexpr std::string_view kind = "watched";
  static std::size_t nbytes(const Watched&) { return 100'000; }
  static void write(const Watched& value, ByteSink& sink) {
    (*value.while_written)();
    const std::string bytes(100, 'x');
    sink.write(bytes.data(), bytes.size());
  }
  static Watched read(ByteSource& source) {
    std::string bytes(100, ' ');
    source.read(bytes.data(), bytes.size());
    return {nullptr};
  }
};

}  // namespace treadle

namespace treadle::engine {
namespace {

using namespace std::chrono_literals;

// A run that the thread that waits for it executes; the test is its monitor.
class DrivenRun final : public Execution {
 public:
  DrivenRun(TaskGraph graph, const RunOptions& options) : Execution(std::move(graph), options, 1, 1, [] {}) {}

 protected:
  void wait_until(std::optional<Clock::time_point> deadline) override {
    while (!ended() && work(true, deadline)) {
    }
  }
  bool needs_driver() const noexcept override { return true; }
};

// Blocks until `go`, and polls whenever the test asks for it.
class Blocks final : public Operation {
 public:
  struct Switches {
    std::atomic<bool> begun{false}, go{false};
    std::atomic<int> asked{0}, polled{0};
  };
  explicit Blocks(Switches& switches) : switches_(switches) {}
  std::string_view name() const override { return "blocks"; }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    switches_.begun = true;
    while (!switches_.go) {
      if (switches_.polled < switches_.asked) {
        static_cast<void>(context.stop_requested());
        ++switches_.polled;
      }
      std::this_thread::sleep_for(100us);
    }
    return std::vector<Value>{Value::of(std::int64_t{1})};
  }

 private:
  Switches& switches_;
};

class ExecutionTest : public testing::Test {
 protected:
  ExecutionTest() {
    TaskGraph graph;
    graph.add_output({graph.add(std::make_shared<Blocks>(switches_)), 0});
    RunOptions options;
    options.watchdog = 30min;
    run_.emplace(std::move(graph), options);
  }
  void look_after(std::chrono::minutes passed) { run_->look({start_ + passed, 0, false}); }

  Blocks::Switches switches_;
  std::optional<DrivenRun> run_;
  const Execution::Clock::time_point start_ = Execution::Clock::now();
};

TEST_F(ExecutionTest, TheWatchdogLooksAtPollsAndGivesUpWithoutThem) {
  std::thread waiter([this] { EXPECT_THROW(run_->wait(), EngineLost); });
  while (!switches_.begun) std::this_thread::yield();
  look_after(0min);
  look_after(29min);
  switches_.asked = 1;
  while (switches_.polled == 0) std::this_thread::yield();
  look_after(31min);
  look_after(60min);
  EXPECT_FALSE(run_->ended());
  look_after(61min);  // stopped; it has not noticed yet
  EXPECT_FALSE(run_->ended());
  look_after(62min);
  EXPECT_TRUE(run_->ended());
  switches_.go = true;
  waiter.join();
}

TEST_F(ExecutionTest, ARunThatNobodyDrivesIsNotStuck) {
  look_after(0min);
  look_after(100min);
  look_after(1000min);
  EXPECT_FALSE(run_->ended());
}

// Each its own, so that nobody else holds it.
class MakesText final : public Operation {
 public:
  std::string_view name() const override { return "text"; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return std::vector<Value>{Value::of(std::string(100'000, 'x'))};
  }
};

class MakesStubborn final : public Operation {
 public:
  std::string_view name() const override { return "stubborn"; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return std::vector<Value>{Value::of(Stubborn())};
  }
};

class Counts final : public Operation {
 public:
  std::string_view name() const override { return "counts"; }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    return std::vector<Value>{Value::of(static_cast<std::int64_t>(inputs.size()))};
  }
};

TEST(Execution, AValueThatCannotBeWrittenKeepsNoOtherFromSpilling) {
  TaskGraph graph;
  std::vector<TaskOutput> all;
  for (int i = 0; i < 20; ++i) {
    if (i % 5 == 4) {
      all.push_back({graph.add(std::make_shared<const MakesStubborn>()), 0});
    } else {
      all.push_back({graph.add(std::make_shared<const MakesText>()), 0});
    }
  }
  graph.add_output({graph.add(std::make_shared<const Counts>(), all), 0});
  RunOptions options;
  options.working_memory = 800'000;
  DrivenRun run(std::move(graph), options);
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 20);
  const Statistics statistics = run.statistics();
  EXPECT_GT(statistics.progress.counter(Counter::kBytesSpilled), 0u);
  ASSERT_EQ(statistics.warnings.size(), 1u);
  EXPECT_NE(statistics.warnings[0].find("a value of stubborn stays in memory: cannot pickle it"),
            std::string::npos)
      << statistics.warnings[0];
}

class MakesWatched final : public Operation {
 public:
  explicit MakesWatched(std::function<void()>& while_written) : while_written_(while_written) {}
  std::string_view name() const override { return "watched"; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return std::vector<Value>{Value::of(Watched{&while_written_})};
  }

 private:
  std::function<void()>& while_written_;
};

class MakesPinned final : public Operation {
 public:
  explicit MakesPinned(MemoryNeed need) : need_(need) {}
  std::string_view name() const override { return "pinned"; }
  MemoryNeed memory_need(std::span<const SizeEstimate>) const override { return need_; }
  Outcome run(std::span<const Value>, TaskContext&) const override {
    return std::vector<Value>{Value::pinned(1, need_.output)};
  }

 private:
  MemoryNeed need_;
};

// A thread that comes by while values are spilled for a task that must run does not take what they leave.
TEST(Execution, ATaskThatMustRunGetsWhatIsSpilledForIt) {
  std::function<void()> come_by;
  TaskGraph graph;
  const TaskOutput watched = {graph.add(std::make_shared<const MakesWatched>(come_by)), 0};
  const TaskOutput large = {graph.add(std::make_shared<const MakesPinned>(MemoryNeed{.least = 750'000})), 0};
  const TaskOutput stays = {graph.add(std::make_shared<const MakesPinned>(MemoryNeed{.output = 150'000})), 0};
  graph.add_output({graph.add(std::make_shared<const Counts>(), {watched, large, stays}), 0});
  RunOptions options;
  options.working_memory = 800'000;
  DrivenRun run(std::move(graph), options);
  int came = 0;
  come_by = [&] {
    ++came;
    std::thread([&] { EXPECT_FALSE(run.work(true, {})); }).join();
  };
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 3);
  EXPECT_EQ(came, 1);
  EXPECT_LE(run.statistics().peak_working_memory, 800'000u);
}

}  // namespace
}  // namespace treadle::engine

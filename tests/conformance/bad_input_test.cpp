// What users and their machines do to an engine: each ends with a clear error, leaks nothing (the sanitizers
// look), and leaves the engine usable. Wrong answers and exceptions stand in portable_test.cpp.
#include <unistd.h>

#include <filesystem>
#include <new>

#include "conformance/suite.h"

namespace treadle::conformance {
namespace {

class BadInputTest : public InProcessTest {
 protected:
  // A run that keeps ten texts of 100 kB alive within 300 kB, a task that looks at the folder in between, and
  // one that reads them all.
  Run spilling_run(const std::function<void(const std::string& folder)>& between) {
    TaskGraph graph;
    std::vector<TaskOutput> texts;
    for (int i = 0; i < 10; ++i) texts.push_back({graph.add(text_source(100'000)), 0});
    std::vector<TaskOutput> all = texts;
    all.push_back({graph.add(call([between](std::span<const Value>, TaskContext& context) {
                               between(context.spill_directory());
                               return std::vector<Value>{Value::of(std::string())};
                             }),
                             texts),
                   0});
    graph.add_output({graph.add(call(add_lengths), all), 0});
    return start(std::move(graph), with([&](RunOptions& options) {
                   options.working_memory = 300'000;
                   options.spill_directory = testing::TempDir() + "/spills-" + GetParam().name;
                 }));
  }
};
TREADLE_CONFORMANCE_SUITE(BadInputTest);

TEST_P(BadInputTest, AnAnswerOfNoGraphIsAnError) {
  Run nothing = start(single(expands([](std::span<const Value>, TaskContext&) { return Expansion{}; })));
  EXPECT_THROW(nothing.wait(), InvalidArgument);
  Run no_outputs = start(single(expands(
      [](std::span<const Value>, TaskContext&) { return Expansion{std::make_shared<TaskGraph>()}; })));
  EXPECT_THROW(no_outputs.wait(), InvalidArgument);
  Run unexpected = start(single(call([](std::span<const Value>, TaskContext&) {
    return Expansion{std::make_shared<TaskGraph>(single(add()))};
  })));
  EXPECT_THROW(unexpected.wait(), InvalidArgument);
  expect_usable();
}

TEST_P(BadInputTest, WhatATaskThrowsWhenItIsCancelledDoesNotMatter) {
  if (!unattended()) GTEST_SKIP() << "nobody else runs it";
  std::atomic<bool> begun{false};
  Run run = start(single(call([&](std::span<const Value>, TaskContext& context) -> Outcome {
    begun = true;
    while (!context.stop_requested()) std::this_thread::sleep_for(100us);
    throw IoError("torn down");
  })));
  while (!begun) std::this_thread::yield();
  run.cancel();
  EXPECT_THROW(run.wait(), Cancelled);
  EXPECT_TRUE(run.statistics().failed_tasks.empty());
  expect_usable();
}

TEST_P(BadInputTest, ATaskThatExhaustsTheSystemsMemoryIsOutOfMemory) {
  Run run =
      start(single(call([](std::span<const Value>, TaskContext&) -> Outcome { throw std::bad_alloc(); })));
  EXPECT_NE(error_of(run).find("OutOfMemory: task call-"), std::string::npos) << error_of(run);
  expect_usable();
}

TEST_P(BadInputTest, ATaskThatWantsMoreThanTheBudgetIsOutOfMemory) {
  Run run = start(single(call([](std::span<const Value>, TaskContext& context) {
                    for (;;) context.memory().grow(1000);
                    return number(1);
                  })),
                  with_memory(100'000));
  EXPECT_EQ(error_of(run).substr(0, 32), "OutOfMemory: call needs 1000 B m") << error_of(run);
  EXPECT_NE(error_of(run).find("working_memory"), std::string::npos) << error_of(run);
  expect_usable();
}

TEST_P(BadInputTest, ReservationsMayOutliveTheirRun) {
  std::vector<Reservation> kept(2);
  {
    Run run = start(single(call([&](std::span<const Value>, TaskContext& context) {
                      kept[0] = context.reserve("kept", 1000);
                      kept[1] = context.reserve("kept", 0);
                      return number(1);
                    })),
                    with_memory(5000));
    run.wait();
  }
  engine_ = GetParam().make();
  EXPECT_TRUE(kept[1].try_grow(2000));
  EXPECT_FALSE(kept[1].try_grow(4000));
  EXPECT_THROW(kept[1].grow(4000), OutOfMemory);
  kept[0].absorb(std::move(kept[1]));
  EXPECT_EQ(kept[0].bytes(), 3000u);
  kept.clear();
}

TEST_P(BadInputTest, ASpillFolderThatGoesUnderWayIsMadeAgain) {
  Run run = spilling_run([](const std::string& folder) {
    std::filesystem::remove_all(std::filesystem::path(folder).parent_path());
  });
  EXPECT_EQ(run.outputs()[0].get<std::int64_t>(), 1'000'000);
  EXPECT_GT(run.statistics().progress.counter(Counter::kBytesSpilled), 0u);
  std::string folder;
  Run next = spilling_run([&](const std::string& made) {
    std::filesystem::remove_all(std::filesystem::path(made).parent_path());
    folder = made;
  });
  next.wait();
  Run after = start(single(call([&](std::span<const Value>, TaskContext& context) {
    std::filesystem::remove_all(context.spill_directory());
    EXPECT_TRUE(std::filesystem::is_directory(context.spill_directory()));
    return number(1);
  })));
  after.wait();
  EXPECT_FALSE(std::filesystem::exists(folder));
  expect_usable();
}

// Writes over whatever spill files this process has open: they have no names.
void corrupt_spill_files(const std::string& folder) {
  const std::filesystem::path parent = std::filesystem::canonical(folder).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(entry.path(), gone).string();
    if (gone || !target.starts_with(parent.string())) continue;
    const int file = std::stoi(entry.path().filename().string());
    const std::string garbage(4096, '\xff');
    for (off_t at = 0; at < 512 * 4096; at += 4096) {
      if (::pwrite(file, garbage.data(), garbage.size(), at) < 0) return;
    }
  }
}

TEST_P(BadInputTest, ACorruptSpillFileIsAnIoError) {
  Run run = spilling_run(corrupt_spill_files);
  EXPECT_NE(error_of(run).find("is corrupt at byte"), std::string::npos) << error_of(run);
  EXPECT_EQ(error_of(run).substr(0, 8), "IoError:");
  expect_usable();
}

TEST_P(BadInputTest, AFolderThatCannotBeMadeIsAnIoError) {
  Run run = start(single(call([](std::span<const Value>, TaskContext& context) {
                    context.spill_directory();
                    return number(1);
                  })),
                  with([](RunOptions& options) { options.spill_directory = "/proc/no/such/folder"; }));
  EXPECT_EQ(error_of(run).substr(0, 8), "IoError:");
  EXPECT_NE(error_of(run).find("/proc/no/such/folder"), std::string::npos) << error_of(run);
  EXPECT_NE(error_of(run).find("spill_directory"), std::string::npos) << error_of(run);
  expect_usable();
}

}  // namespace
}  // namespace treadle::conformance

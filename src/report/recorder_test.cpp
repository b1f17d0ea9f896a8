#include "report/recorder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace treadle::report {
namespace {

TaskEvent event(std::uint64_t task, std::uint16_t worker = 0) {
  TaskEvent event;
  event.task = task;
  event.worker = worker;
  return event;
}

TEST(Recorder, NoEventIsLostWhenARingIsFull) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 1, 0});
  constexpr std::size_t kEvents = 3 * EventRing::kCapacity + 7;
  for (std::size_t i = 0; i < kEvents; ++i) recorder.add(event(i));
  recorder.end("finished");
  ASSERT_EQ(listener->recording().tasks.size(), kEvents);
  for (std::size_t i = 0; i < kEvents; ++i) EXPECT_EQ(listener->recording().tasks[i].task, i);
  EXPECT_EQ(listener->recording().outcome, "finished");
}

TEST(Recorder, ABlockLargerThanARingGoesThroughInOrder) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 1, 0});
  std::vector<TaskEvent> block;
  for (std::size_t i = 0; i < EventRing::kCapacity + 100; ++i) block.push_back(event(i));
  recorder.add(std::span(block).first(77));  // so that the next one wraps around
  recorder.add(std::span(block).subspan(77));
  recorder.end("finished");
  ASSERT_EQ(listener->recording().tasks.size(), block.size());
  for (std::size_t i = 0; i < block.size(); ++i) EXPECT_EQ(listener->recording().tasks[i].task, i);
}

TEST(Recorder, WorkersKeepTheirOrderWhileAnotherThreadDrains) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 3, 0});
  constexpr std::uint64_t kEvents = 20'000;
  std::vector<std::thread> threads;
  for (std::uint16_t worker = 0; worker < 3; ++worker) {
    threads.emplace_back([&recorder, worker] {
      for (std::uint64_t i = 0; i < kEvents; ++i) recorder.add(event(i, worker));
    });
  }
  std::atomic<bool> done = false;
  std::thread drainer([&] {
    while (!done) recorder.flush();
  });
  for (std::thread& thread : threads) thread.join();
  done = true;
  drainer.join();
  recorder.end("finished");
  std::vector<std::uint64_t> next(3);
  for (const TaskEvent& seen : listener->recording().tasks) EXPECT_EQ(seen.task, next[seen.worker]++);
  EXPECT_EQ(next, std::vector<std::uint64_t>(3, kEvents));
}

TEST(Recorder, KindsAreNumberedAtFirstSight) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 1, 0});
  EXPECT_EQ(recorder.kind("scan"), 0u);
  EXPECT_EQ(recorder.kind("merge"), 1u);
  EXPECT_EQ(recorder.kind("scan"), 0u);
  EXPECT_EQ(listener->recording().kinds, (std::vector<std::string>{"scan", "merge"}));
}

TEST(Recorder, SamplesAtTheBeginAndAtTheEnd) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 1, 0});
  std::uint64_t taken = 0;
  recorder.sample_with([&taken] {
    ResourceSample sample;
    sample.tasks_done = taken++;
    return sample;
  });
  EXPECT_EQ(taken, 1u);
  recorder.end("finished");
  const auto& samples = listener->recording().samples;
  ASSERT_GE(samples.size(), 2u);
  ASSERT_EQ(samples.size(), taken);
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i].tasks_done, i);
}

TEST(Recorder, WhatComesAfterTheEndIsDropped) {
  const auto listener = std::make_shared<RecordingListener>();
  Recorder recorder(listener, {"test", 1, 0});
  recorder.end("cancelled");
  recorder.end("finished");
  for (std::size_t i = 0; i < 2 * EventRing::kCapacity; ++i) recorder.add(event(i));
  recorder.flush();
  EXPECT_TRUE(listener->recording().tasks.empty());
  EXPECT_EQ(listener->recording().outcome, "cancelled");
}

}  // namespace
}  // namespace treadle::report

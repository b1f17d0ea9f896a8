#include "session/persist_later.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lazy/blocks.h"
#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "session/waited_block.h"
#include "treadle/compute_options.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/future.h"
#include "treadle/key.h"
#include "treadle/operation.h"
#include "treadle/task_context.h"
#include "treadle/task_graph.h"
#include "treadle/value.h"

namespace treadle::session {
namespace {

/// Blocks 0, 1, ...; each waits until a gate is open, and counts its calls.
struct Gate {
  std::atomic<bool> open = false;
  std::atomic<int> calls = 0;
};

class GatedNumber final : public Operation {
 public:
  GatedNumber(std::shared_ptr<Gate> gate, std::int64_t number) : gate_(std::move(gate)), number_(number) {}
  std::string_view name() const override { return "gated"; }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    while (!gate_->open) {
      context.check_stopped();
      std::this_thread::yield();
    }
    ++gate_->calls;
    if (number_ < 0) throw TypeError("no negative numbers");
    return std::vector<Value>{Value::of(number_)};
  }

 private:
  std::shared_ptr<Gate> gate_;
  std::int64_t number_;
};

class GatedNumbers final : public lazy::BlockNode {
 public:
  GatedNumbers(std::shared_ptr<Gate> gate, std::vector<std::int64_t> numbers)
      : BlockNode(std::vector<lazy::NodePtr>()), gate_(std::move(gate)), numbers_(std::move(numbers)) {}
  std::string_view kind() const override { return "GatedNumbers"; }
  std::string parameters() const override { return ""; }
  lazy::NodePtr with_inputs(std::vector<lazy::NodePtr>) const override { return shared_from_this(); }
  std::vector<TaskOutput> lower(lazy::Lowering& lowering) const override {
    std::vector<TaskOutput> blocks;
    for (const std::int64_t number : numbers_) {
      blocks.push_back({lowering.graph().add(std::make_shared<const GatedNumber>(gate_, number)), 0});
    }
    return blocks;
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(identity_); }

 private:
  Key identity_ = unique_key();
  std::shared_ptr<Gate> gate_;
  std::vector<std::int64_t> numbers_;
};

class PersistLaterTest : public testing::TestWithParam<unsigned> {
 protected:
  PersistLaterTest() { options.engine = make_threaded_engine(GetParam()); }
  lazy::NodePtr numbers(std::vector<std::int64_t> all) const {
    return std::make_shared<const GatedNumbers>(gate, std::move(all));
  }
  std::vector<std::int64_t> values_of(const lazy::NodePtr& node) const {
    const std::vector<std::vector<Value>> rows = compute_blocks({&node, 1}, options);
    std::vector<std::int64_t> values;
    for (const Value& value : rows.front()) values.push_back(value.get<std::int64_t>());
    return values;
  }

  ComputeOptions options;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
};

TEST_P(PersistLaterTest, AnswersBeforeTheWorkIsDoneWhichIsDoneOnce) {
  const std::vector<lazy::NodePtr> roots{numbers({3, 4, 5}), numbers({6})};
  auto futures = persist_later(roots, options);
  ASSERT_EQ(futures.size(), 2u);
  ASSERT_EQ(futures[0].size(), 3u);
  EXPECT_EQ(futures[0][1]->status(), FutureStatus::kPending);
  const lazy::NodePtr first = waited_blocks(std::move(futures[0]));
  const lazy::NodePtr second = waited_blocks(std::move(futures[1]));
  gate->open = true;
  EXPECT_EQ(values_of(first), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(values_of(first), (std::vector<std::int64_t>{3, 4, 5}));
  EXPECT_EQ(values_of(second), (std::vector<std::int64_t>{6}));
  EXPECT_EQ(gate->calls, 4);
  const std::vector<FutureStatePtr> below = waited_below(first);
  EXPECT_EQ(below.size(), 3u);
  EXPECT_EQ(waited_below(choose_blocks({first, waited_blocks(below)}, {{0, 0}, {1, 0}})).size(), 3u);
  EXPECT_EQ(waited_below(numbers({1})).size(), 0u);
}

TEST_P(PersistLaterTest, AFailureIsThatOfEveryBlock) {
  gate->open = true;
  const lazy::NodePtr root = numbers({1, -1});
  const auto futures = persist_later({&root, 1}, options).front();
  for (const FutureStatePtr& future : futures) {
    future->wait_until(std::nullopt);
    EXPECT_EQ(future->status(), FutureStatus::kFailed);
  }
  EXPECT_THROW(values_of(waited_blocks(futures)), TypeError);
}

TEST_P(PersistLaterTest, WhatNobodyHoldsIsGivenUp) {
  const lazy::NodePtr root = numbers({1, 2});
  auto futures = persist_later({&root, 1}, options).front();
  const FutureStatePtr last = futures.back();
  futures.clear();
  EXPECT_EQ(last->status(), FutureStatus::kPending);
  last->cancel();
  EXPECT_EQ(last->status(), FutureStatus::kCancelled);
  EXPECT_THROW(last->value(), Cancelled);
}

INSTANTIATE_TEST_SUITE_P(Threads, PersistLaterTest, testing::Values(1u, 2u));

}  // namespace
}  // namespace treadle::session

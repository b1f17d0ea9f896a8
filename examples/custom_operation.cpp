// An operation of one's own: a graph written by hand, run by the embedded engine.
//
// Sums the numbers below n in strips, which idle threads may take, and adds up two such sums in a second
// task.
#include <algorithm>
#include <cstdint>
#include <iostream>
#include <memory>
#include <vector>

#include "treadle/engine.h"
#include "treadle/operation.h"
#include "treadle/task_graph.h"

// The strips of one range. Strips run in any order on any thread; commits come one by one, in strip order.
class RangeStrips final : public treadle::StripLoop {
 public:
  RangeStrips(std::int64_t begin, std::int64_t end) : begin_(begin), end_(end), sums_(num_strips()) {}
  std::size_t num_strips() const override {
    return static_cast<std::size_t>((end_ - begin_ + kStrip - 1) / kStrip);
  }
  std::size_t bytes_per_strip() const override { return 0; }
  void run(std::size_t strip, treadle::TaskContext& context) override {
    context.check_stopped();
    const std::int64_t first = begin_ + static_cast<std::int64_t>(strip) * kStrip;
    for (std::int64_t i = first; i < std::min(first + kStrip, end_); ++i) sums_[strip] += i;
  }
  bool commit(std::size_t strip, treadle::TaskContext&) override {
    total_ += sums_[strip];
    return true;
  }
  std::int64_t total() const { return total_; }

 private:
  static constexpr std::int64_t kStrip = 1'000'000;
  std::int64_t begin_;
  std::int64_t end_;
  std::vector<std::int64_t> sums_;
  std::int64_t total_ = 0;
};

class SumRange final : public treadle::Operation {
 public:
  SumRange(std::int64_t begin, std::int64_t end) : begin_(begin), end_(end) {}
  std::string_view name() const override { return "sum_range"; }
  // Equal ranges are equal work.
  void add_to(treadle::KeyBuilder& key) const override { key.add(begin_).add(end_); }
  treadle::Outcome run(std::span<const treadle::Value>, treadle::TaskContext& context) const override {
    RangeStrips strips(begin_, end_);
    context.run_strips(strips);
    return std::vector{treadle::Value::of(strips.total())};
  }

 private:
  std::int64_t begin_;
  std::int64_t end_;
};

class Add final : public treadle::Operation {
 public:
  std::string_view name() const override { return "add"; }
  void add_to(treadle::KeyBuilder&) const override {}  // no parameters
  treadle::Outcome run(std::span<const treadle::Value> inputs, treadle::TaskContext&) const override {
    std::int64_t total = 0;
    for (const treadle::Value& input : inputs) total += input.get<std::int64_t>();
    return std::vector{treadle::Value::of(total)};
  }
};

int main() {
  treadle::TaskGraph graph;
  const treadle::TaskId low = graph.add(std::make_shared<SumRange>(0, 50'000'000));
  const treadle::TaskId high = graph.add(std::make_shared<SumRange>(50'000'000, 100'000'000));
  const treadle::TaskId total = graph.add(std::make_shared<Add>(), {{low}, {high}});
  graph.add_output({total});

  const auto engine = treadle::make_threaded_engine();
  treadle::Run run = engine->submit(std::move(graph));
  std::cout << run.outputs().front().get<std::int64_t>() << '\n';
}

#include "graphs.h"

#include <memory>
#include <random>
#include <vector>

namespace treadle::bench {
namespace {

// A trivial task with a content key: equal numbers and inputs are equal work.
class Add final : public Operation {
 public:
  explicit Add(std::int64_t number) : number_(number) {}
  std::string_view name() const override { return "add"; }
  void add_to(KeyBuilder& key) const override { key.add(number_); }
  Outcome run(std::span<const Value> inputs, TaskContext&) const override {
    std::int64_t sum = number_;
    for (const Value& input : inputs) sum += input.get<std::int64_t>();
    return std::vector<Value>{Value::of(sum)};
  }

 private:
  std::int64_t number_;
};

std::shared_ptr<const Operation> add(std::int64_t number) { return std::make_shared<const Add>(number); }

}  // namespace

TaskGraph tree_sum(std::int64_t leaves) {
  TaskGraph graph;
  std::vector<TaskId> level;
  level.reserve(static_cast<std::size_t>(leaves));
  for (std::int64_t i = 0; i < leaves; ++i) level.push_back(graph.add(add(i)));
  const auto sum = add(0);
  while (level.size() > 1) {
    std::size_t next = 0;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      level[next++] = graph.add(sum, {{level[i], 0}, {level[i + 1], 0}});
    }
    if (level.size() % 2 != 0) level[next++] = level.back();
    level.resize(next);
  }
  graph.add_output({level[0], 0});
  return graph;
}

TaskGraph chain(std::int64_t length) {
  TaskGraph graph;
  const auto one = add(1);
  TaskId last = graph.add(add(0));
  for (std::int64_t i = 1; i < length; ++i) last = graph.add(one, {{last, 0}});
  graph.add_output({last, 0});
  return graph;
}

TaskGraph random_layers(std::int64_t layers, std::int64_t width) {
  TaskGraph graph;
  std::mt19937_64 random(2026);
  std::vector<TaskId> before, now;
  for (std::int64_t i = 0; i < width; ++i) before.push_back(graph.add(add(i)));
  for (std::int64_t layer = 1; layer < layers; ++layer) {
    now.clear();
    for (std::int64_t i = 0; i < width; ++i) {
      const TaskId a = before[random() % before.size()];
      const TaskId b = before[random() % before.size()];
      now.push_back(graph.add(add(layer * width + i), {{a, 0}, {b, 0}}));
    }
    before.swap(now);
  }
  std::vector<TaskOutput> last;
  for (const TaskId id : before) last.push_back({id, 0});
  graph.add_output({graph.add(add(0), last), 0});
  return graph;
}

}  // namespace treadle::bench

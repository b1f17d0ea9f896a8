#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

// The three graphs of graphs.h for the peers, which know tasks by numbers: `graph.add(number, inputs)` adds a
// task that answers with the sum of its number and its inputs, and gives its own number back.
namespace treadle::bench {

template <class Graph>
void build_tree(Graph& graph, std::int64_t leaves) {
  std::vector<std::size_t> level;
  for (std::int64_t i = 0; i < leaves; ++i) level.push_back(graph.add(i, {}));
  while (level.size() > 1) {
    std::vector<std::size_t> next;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2)
      next.push_back(graph.add(0, {level[i], level[i + 1]}));
    if (level.size() % 2 != 0) next.push_back(level.back());
    level = std::move(next);
  }
}

template <class Graph>
void build_chain(Graph& graph, std::int64_t length) {
  std::size_t last = graph.add(0, {});
  for (std::int64_t i = 1; i < length; ++i) last = graph.add(1, {last});
}

// As graphs.cpp draws it: the same seed, the same edges.
template <class Graph>
void build_layers(Graph& graph, std::int64_t layers, std::int64_t width) {
  std::mt19937_64 random(2026);
  std::vector<std::size_t> before, now;
  for (std::int64_t i = 0; i < width; ++i) before.push_back(graph.add(i, {}));
  for (std::int64_t layer = 1; layer < layers; ++layer) {
    now.clear();
    for (std::int64_t i = 0; i < width; ++i) {
      const std::size_t a = before[random() % before.size()];
      const std::size_t b = before[random() % before.size()];
      now.push_back(graph.add(layer * width + i, {a, b}));
    }
    before.swap(now);
  }
  graph.add(0, before);
}

}  // namespace treadle::bench

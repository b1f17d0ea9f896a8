#pragma once

#include <cstdint>

#include "treadle/task_graph.h"

namespace treadle::bench {

/// `leaves` trivial tasks and a tree of sums over them, two a node. Output: the sum.
TaskGraph tree_sum(std::int64_t leaves);
/// `length` tasks, each of which needs the one before. Output: the last.
TaskGraph chain(std::int64_t length);
/// `layers` of `width` tasks, each with two inputs drawn from the layer before (seeded). Output: a sum of the
/// last.
TaskGraph random_layers(std::int64_t layers, std::int64_t width);

}  // namespace treadle::bench

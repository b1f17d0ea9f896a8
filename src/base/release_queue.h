#pragma once

#include <utility>
#include <vector>

namespace treadle {

/// Releases what a node of a deep structure holds without recursing along it: called from the node's
/// destructor, it queues what dies further down for the outermost destructor on this thread's stack.
template <class Pointer>
void release_without_recursion(std::vector<Pointer>&& held) {
  static thread_local std::vector<Pointer>* dying = nullptr;
  if (dying != nullptr) {
    for (Pointer& pointer : held) dying->push_back(std::move(pointer));
    return;
  }
  std::vector<Pointer> queue = std::move(held);
  dying = &queue;
  while (!queue.empty()) {
    const Pointer last = std::move(queue.back());
    queue.pop_back();
  }
  dying = nullptr;
}

}  // namespace treadle

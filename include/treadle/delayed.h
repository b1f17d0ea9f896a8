#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "treadle/compute_options.h"
#include "treadle/delayed_call.h"
#include "treadle/delayed_node.h"
#include "treadle/graph.h"
#include "treadle/task_graph.h"

namespace treadle {

/// A value that is yet to be computed: the answer of a delayed call. A small handle; combining two makes a
/// third and runs nothing.
///
///     auto counts = std::vector<Delayed<int>>{};
///     for (const auto& path : paths) counts.push_back(delayed(count_words)(path));
///     int total = delayed(sum)(counts).compute();
template <class T>
class Delayed {
 public:
  using value_type = T;
  explicit Delayed(DelayedNodePtr node) : node_(std::move(node)) {}

  /// Runs everything that the value depends on and answers with it. Throws what a call threw, if that is a
  /// treadle::Error, else TaskFailed with the original exception in it.
  T compute(const ComputeOptions& options = {}) const;
  /// Runs it and answers with a delayed value that is there already: in memory, or spilled when others need
  /// the room.
  Delayed persist(const ComputeOptions& options = {}) const;
  /// The same call with a priority, retries, or its value pinned: one that is never spilled while a run needs
  /// it, whatever the budget.
  Delayed with(const Resources& resources) const { return Delayed(with_resources(node_, resources)); }
  /// What compute() would run.
  TaskGraph graph() const { return delayed_graph(std::span(&node_, 1)); }
  /// Draws what compute() would run into a .dot, .svg, .png or .pdf file; see graph::draw().
  void visualize(const std::string& path, const graph::DrawOptions& options = {}) const {
    graph::draw(graph(), path, options);
  }

  const DelayedNodePtr& node() const noexcept { return node_; }

 private:
  DelayedNodePtr node_;
};

/// A function whose calls are written down instead of made. Made by delayed().
template <class F>
class DelayedFunction {
 public:
  explicit DelayedFunction(F function) : function_(std::move(function)) {}

  /// Writes a call down. Arguments may be values, Delayed values, and vectors, arrays, optionals, tuples,
  /// pairs and maps with Delayed values inside at any depth (of a map, as values); the function sees them
  /// computed. Inputs are shared between calls: a parameter is taken by value or by const reference. A
  /// function that returns nothing gives Delayed<std::monostate>; one that returns Delayed<U> gives
  /// Delayed<U>, and what it returned runs in its place.
  template <class... Arguments>
    requires std::is_invocable_v<const F&, const delayed_call::Computed<std::decay_t<Arguments>>&...>
  auto operator()(Arguments&&... arguments) const {
    auto call = delayed_call::write_call<DelayedNodePtr>(function_, std::forward<Arguments>(arguments)...);
    return Delayed<delayed_call::AnswerOf<F, Arguments...>>(
        make_delayed_call(std::move(call.callable), std::move(call.arguments), std::move(call.inputs)));
  }

 private:
  F function_;
};

/// Makes calls of `function` (a function pointer, lambda or function object) lazy: `delayed(f)(x, y)`.
///
/// A function registered with TREADLE_TASK is known by its name: equal calls are equal work, done once. Every
/// call of another function is work of its own.
template <class F>
DelayedFunction<std::decay_t<F>> delayed(F&& function) {
  return DelayedFunction<std::decay_t<F>>(std::forward<F>(function));
}

/// A value as a Delayed, shared between all calls that take it instead of being copied into each.
template <class T>
Delayed<std::decay_t<T>> delayed_value(T&& value) {
  return Delayed<std::decay_t<T>>(
      make_delayed_value(delayed_call::to_value(std::decay_t<T>(std::forward<T>(value)))));
}

/// The nodes of delayed values, in their order.
template <class T>
std::vector<DelayedNodePtr> delayed_nodes(const std::vector<Delayed<T>>& values) {
  std::vector<DelayedNodePtr> nodes;
  nodes.reserve(values.size());
  for (const Delayed<T>& value : values) nodes.push_back(value.node());
  return nodes;
}

/// Runs the computations of all nodes at once; what they share runs once. Values in the order of the nodes.
std::vector<Value> compute_delayed(std::span<const DelayedNodePtr> nodes, const ComputeOptions& options = {});
/// The same, but the values stay where they are, in memory or on disk: as nodes that are there already.
std::vector<DelayedNodePtr> persist_delayed(std::span<const DelayedNodePtr> nodes,
                                            const ComputeOptions& options = {});

/// Computes several delayed values at once: `auto [a, b] = compute(x, y)`. What they share runs once.
template <class... T>
std::tuple<T...> compute(const ComputeOptions& options, const Delayed<T>&... values) {
  const std::vector<DelayedNodePtr> nodes{values.node()...};
  const std::vector<Value> computed = compute_delayed(nodes, options);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple<T...>(computed[I].template get<T>()...);
  }(std::index_sequence_for<T...>());
}
template <class... T>
std::tuple<T...> compute(const Delayed<T>&... values) {
  return compute(ComputeOptions(), values...);
}

/// All of a vector, with options.
template <class T>
std::vector<T> compute(const std::vector<Delayed<T>>& values, const ComputeOptions& options = {}) {
  std::vector<T> answer;
  answer.reserve(values.size());
  for (const Value& value : compute_delayed(delayed_nodes(values), options)) {
    answer.push_back(value.get<T>());
  }
  return answer;
}

/// Runs several at once and answers with delayed values that are there already: `auto [a, b] = persist(x,
/// y)`. What they share runs once, also when the answers are used apart later.
template <class... T>
std::tuple<Delayed<T>...> persist(const ComputeOptions& options, const Delayed<T>&... values) {
  const std::vector<DelayedNodePtr> nodes{values.node()...};
  const std::vector<DelayedNodePtr> kept = persist_delayed(nodes, options);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple<Delayed<T>...>(Delayed<T>(kept[I])...);
  }(std::index_sequence_for<T...>());
}
template <class... T>
std::tuple<Delayed<T>...> persist(const Delayed<T>&... values) {
  return persist(ComputeOptions(), values...);
}
template <class T>
std::vector<Delayed<T>> persist(const std::vector<Delayed<T>>& values, const ComputeOptions& options = {}) {
  std::vector<Delayed<T>> answer;
  answer.reserve(values.size());
  for (const DelayedNodePtr& kept : persist_delayed(delayed_nodes(values), options)) {
    answer.emplace_back(kept);
  }
  return answer;
}

/// Draws what computing all of them would run into one .dot, .svg, .png or .pdf file; see graph::draw().
template <class... T>
void visualize(const std::string& path, const Delayed<T>&... values) {
  const std::vector<DelayedNodePtr> nodes{values.node()...};
  graph::draw(delayed_graph(nodes), path);
}
template <class T>
void visualize(const std::string& path, const std::vector<Delayed<T>>& values,
               const graph::DrawOptions& options = {}) {
  graph::draw(delayed_graph(delayed_nodes(values)), path, options);
}

template <class T>
T Delayed<T>::compute(const ComputeOptions& options) const {
  return compute_delayed(std::span(&node_, 1), options).front().template get<T>();
}

template <class T>
Delayed<T> Delayed<T>::persist(const ComputeOptions& options) const {
  return Delayed(persist_delayed(std::span(&node_, 1), options).front());
}

}  // namespace treadle

#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "treadle/compute_options.h"
#include "treadle/delayed.h"
#include "treadle/delayed_call.h"
#include "treadle/future.h"

namespace treadle {

/// Starts work at once and hands out futures: for graphs that grow while they run.
///
///     Client client;
///     auto counts = client.map(count_words, paths);
///     auto total = client.submit(sum, counts);
///     std::cout << total.result();
///
/// Futures may be arguments of further calls, also inside vectors, tuples and pairs: the call starts when
/// they are there. Thread-safe. Destroying the client cancels what is still pending.
class Client {
 public:
  explicit Client(ComputeOptions options = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Calls `function` on the engine. Arguments and answer are as for delayed().
  template <class F, class... Arguments>
    requires std::invocable<const std::decay_t<F>&, const delayed_call::Computed<std::decay_t<Arguments>>&...>
  auto submit(F&& function, Arguments&&... arguments) {
    const std::decay_t<F> callee(std::forward<F>(function));
    auto call = delayed_call::write_call<FutureStatePtr>(callee, std::forward<Arguments>(arguments)...);
    return Future<delayed_call::AnswerOf<std::decay_t<F>, Arguments...>>(
        start(std::move(call.callable), std::move(call.arguments), std::move(call.inputs)));
  }

  /// submit(function, item) for each item of a range, in order.
  template <class F, class Range>
  auto map(const F& function, const Range& items) {
    std::vector<decltype(submit(function, *std::begin(items)))> futures;
    for (const auto& item : items) futures.push_back(submit(function, item));
    return futures;
  }

  /// submit(function, a, b, ...) for the items of several ranges side by side, as far as the shortest goes.
  template <class F, class First, class Second, class... More>
  auto map(const F& function, const First& first, const Second& second, const More&... more) {
    std::vector<decltype(submit(function, *std::begin(first), *std::begin(second), *std::begin(more)...))>
        futures;
    auto ends = std::tuple(std::end(first), std::end(second), std::end(more)...);
    for (auto at = std::tuple(std::begin(first), std::begin(second), std::begin(more)...);
         all_before(at, ends, std::index_sequence_for<First, Second, More...>());) {
      std::apply(
          [&](auto&... item) {
            futures.push_back(submit(function, *item...));
            (++item, ...);
          },
          at);
    }
    return futures;
  }

  /// A value as a future that is finished already, to be shared by many calls.
  template <class T>
  Future<std::decay_t<T>> scatter(T&& value) {
    return Future<std::decay_t<T>>(finished(delayed_call::to_value(std::decay_t<T>(std::forward<T>(value)))));
  }

  /// Starts a delayed computation.
  template <class T>
  Future<T> compute(const Delayed<T>& value) {
    return Future<T>(start(value.node()));
  }

  /// Waits for the values. Throws what the first failed one, in their order, threw.
  template <class T>
  T gather(const Future<T>& future) const {
    return future.result();
  }
  template <class T>
  std::vector<T> gather(const std::vector<Future<T>>& futures) const {
    std::vector<T> values;
    values.reserve(futures.size());
    for (const Future<T>& future : futures) values.push_back(future.result());
    return values;
  }

  /// Several of different types: `auto [a, b] = client.gather(x, y)`.
  template <class T, class U, class... More>
  std::tuple<T, U, More...> gather(const Future<T>& first, const Future<U>& second,
                                   const Future<More>&... more) const {
    return std::tuple<T, U, More...>(first.result(), second.result(), more.result()...);
  }

  template <class T>
  void cancel(const std::vector<Future<T>>& futures) const {
    for (const Future<T>& future : futures) future.cancel();
  }

  /// Cancels what is pending and takes no more work: submit() then throws InvalidArgument.
  void close();

 private:
  class State;
  template <class Tuple, std::size_t... I>
  static bool all_before(const Tuple& at, const Tuple& ends, std::index_sequence<I...>) {
    return ((std::get<I>(at) != std::get<I>(ends)) && ...);
  }
  FutureStatePtr start(std::shared_ptr<const Callable> callable, std::vector<CallArgument> arguments,
                       std::vector<FutureStatePtr> inputs);
  FutureStatePtr start(const DelayedNodePtr& node);
  FutureStatePtr finished(Value value);

  std::shared_ptr<State> state_;
};

}  // namespace treadle

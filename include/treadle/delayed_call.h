#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <variant>
#include <vector>

#include "treadle/codecs.h"
#include "treadle/delayed_node.h"
#include "treadle/error.h"
#include "treadle/value.h"

namespace treadle {

template <class T>
class Delayed;
template <class T>
class Future;
class FutureState;

/// How typed calls become untyped CallArguments and back: what delayed(), futures and TREADLE_TASK share.
namespace delayed_call {

/// What stands for a value that is not there yet: `value_type`, and the `handle` by which a call refers to
/// it.
template <class T>
struct InputTraits {
  static constexpr bool is_input = false;
};
template <class T>
struct InputTraits<Delayed<T>> {
  static constexpr bool is_input = true;
  using value_type = T;
  static const DelayedNodePtr& handle(const Delayed<T>& input) { return input.node(); }
};
template <class T>
struct InputTraits<Future<T>> {
  static constexpr bool is_input = true;
  using value_type = T;
  static const std::shared_ptr<FutureState>& handle(const Future<T>& input) { return input.state(); }
};
template <class T>
inline constexpr bool is_delayed = false;
template <class T>
inline constexpr bool is_delayed<Delayed<T>> = true;

/// The type that an argument of type A has when the function is called: Delayed<T> and Future<T> are T, also
/// inside vectors, arrays, optionals, tuples, pairs and the values of maps.
template <class A>
struct ComputedOf {
  using type = A;
  static constexpr bool has_inputs = false;
};
template <class A>
  requires InputTraits<A>::is_input
struct ComputedOf<A> {
  using type = typename InputTraits<A>::value_type;
  static constexpr bool has_inputs = true;
};
template <class A>
struct ComputedOf<std::vector<A>> {
  using type = std::vector<typename ComputedOf<A>::type>;
  static constexpr bool has_inputs = ComputedOf<A>::has_inputs;
};
template <class... A>
struct ComputedOf<std::tuple<A...>> {
  using type = std::tuple<typename ComputedOf<A>::type...>;
  static constexpr bool has_inputs = (ComputedOf<A>::has_inputs || ...);
};
template <class A, class B>
struct ComputedOf<std::pair<A, B>> {
  using type = std::pair<typename ComputedOf<A>::type, typename ComputedOf<B>::type>;
  static constexpr bool has_inputs = ComputedOf<A>::has_inputs || ComputedOf<B>::has_inputs;
};
template <class A, std::size_t N>
struct ComputedOf<std::array<A, N>> {
  using type = std::array<typename ComputedOf<A>::type, N>;
  static constexpr bool has_inputs = ComputedOf<A>::has_inputs;
};
template <class A>
struct ComputedOf<std::optional<A>> {
  using type = std::optional<typename ComputedOf<A>::type>;
  static constexpr bool has_inputs = ComputedOf<A>::has_inputs;
};
template <class K, class A>
struct ComputedOf<std::map<K, A>> {
  using type = std::map<K, typename ComputedOf<A>::type>;
  static constexpr bool has_inputs = ComputedOf<A>::has_inputs;
};
// Text travels as strings: the call outlives the caller's buffers.
template <>
struct ComputedOf<const char*> {
  using type = std::string;
  static constexpr bool has_inputs = false;
};
template <>
struct ComputedOf<std::string_view> : ComputedOf<const char*> {};
template <class A>
using Computed = typename ComputedOf<A>::type;

/// What a call of a function that answers with R leaves: nothing becomes monostate, Delayed<U> becomes U.
template <class R>
struct ResultType {
  using type = std::decay_t<R>;
};
template <>
struct ResultType<void> {
  using type = std::monostate;
};
template <class U>
struct ResultType<Delayed<U>> {
  using type = U;
};
template <class R>
using ResultOf = typename ResultType<R>::type;

/// Any value as a Value: movable if its type has a Codec, else pinned with the size of the object itself.
template <class T>
Value to_value(T value) {
  if constexpr (Movable<T>) {
    return Value::of(std::move(value));
  } else {
    return Value::pinned(std::move(value), sizeof(T));
  }
}

/// The parameters of a function pointer, and its type without noexcept.
template <class F>
struct Signature {
  static constexpr bool known = false;
};
template <class R, class... Q>
struct Signature<R (*)(Q...)> {
  static constexpr bool known = true;
  using pointer = R (*)(Q...);
  using parameters = std::tuple<std::decay_t<Q>...>;
};
template <class R, class... Q>
struct Signature<R (*)(Q...) noexcept> : Signature<R (*)(Q...)> {};

/// What the call's argument I, of type A, is kept as. A constant becomes what the function's parameter owns,
/// so that one registered function has one form of calls: f(1) is f(1.0) if f takes a double.
template <class F, std::size_t I, class A>
struct KeptAs {
  using type = Computed<A>;
};
template <class F, std::size_t I, class A>
  requires(Signature<F>::known && !ComputedOf<A>::has_inputs &&
           Movable<std::tuple_element_t<I, typename Signature<F>::parameters>>)
struct KeptAs<F, I, A> {
  using type = std::tuple_element_t<I, typename Signature<F>::parameters>;
};

/// Writes an argument down as a P; what it waits for is added to `inputs`: nodes of delayed computations, or
/// states of futures.
template <class P, class A, class Handle>
CallArgument write_down(A&& argument, std::vector<Handle>& inputs) {
  using T = std::decay_t<A>;
  const auto write_item = [&inputs](auto& item) {
    return write_down<Computed<std::decay_t<decltype(item)>>>(item, inputs);
  };
  CallArgument written;
  if constexpr (InputTraits<T>::is_input) {
    written.kind = CallArgument::Kind::kInput;
    written.input = static_cast<std::uint32_t>(inputs.size());
    inputs.push_back(InputTraits<T>::handle(argument));
  } else if constexpr (!ComputedOf<T>::has_inputs && std::is_constructible_v<P, A>) {
    written.constant = to_value<P>(static_cast<P>(std::forward<A>(argument)));
  } else if constexpr (requires { argument.has_value(); }) {
    written.kind = CallArgument::Kind::kSequence;
    if (argument) written.items.push_back(write_item(*argument));
  } else if constexpr (requires { argument.begin(); }) {
    written.kind = CallArgument::Kind::kSequence;
    written.items.reserve(argument.size());
    for (auto& item : argument) written.items.push_back(write_item(item));
  } else {
    written.kind = CallArgument::Kind::kSequence;
    std::apply([&](auto&... item) { (written.items.push_back(write_item(item)), ...); }, argument);
  }
  return written;
}

/// Reads an argument back. A whole value is lent without copying, a sequence is put together.
template <class T>
class Reader {
 public:
  Reader(const CallArgument& argument, std::span<const Value> inputs) {
    switch (argument.kind) {
      case CallArgument::Kind::kConstant:
        lent_ = &argument.constant.get<T>();
        break;
      case CallArgument::Kind::kInput:
        lent_ = &inputs[argument.input].get<T>();
        break;
      case CallArgument::Kind::kSequence:
        made_ = std::make_unique<const T>(make(argument, inputs));
        lent_ = made_.get();
        break;
    }
  }
  const T& get() const { return *lent_; }

 private:
  template <class U>
  struct Type {};

  static T make(const CallArgument& argument, std::span<const Value> inputs) {
    return make_as(Type<T>(), argument.items, inputs);
  }
  template <class E>
  static T make_as(Type<std::vector<E>>, std::span<const CallArgument> items, std::span<const Value> inputs) {
    T sequence;
    sequence.reserve(items.size());
    for (const CallArgument& item : items) sequence.push_back(Reader<E>(item, inputs).get());
    return sequence;
  }
  template <class E, std::size_t N>
  static T make_as(Type<std::array<E, N>>, std::span<const CallArgument> items,
                   std::span<const Value> inputs) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      check_size(items, N);
      return T{Reader<E>(items[I], inputs).get()...};
    }(std::make_index_sequence<N>());
  }
  template <class E>
  static T make_as(Type<std::optional<E>>, std::span<const CallArgument> items,
                   std::span<const Value> inputs) {
    if (items.empty()) return std::nullopt;
    return Reader<E>(items.front(), inputs).get();
  }
  template <class K, class E>
  static T make_as(Type<std::map<K, E>>, std::span<const CallArgument> items, std::span<const Value> inputs) {
    T map;
    for (const CallArgument& item : items) map.insert(Reader<std::pair<K, E>>(item, inputs).get());
    return map;
  }
  template <class... E>
  static T make_as(Type<std::tuple<E...>>, std::span<const CallArgument> items,
                   std::span<const Value> inputs) {
    return make_each<E...>(items, inputs, std::index_sequence_for<E...>());
  }
  template <class A, class B>
  static T make_as(Type<std::pair<A, B>>, std::span<const CallArgument> items,
                   std::span<const Value> inputs) {
    return make_each<A, B>(items, inputs, std::index_sequence<0, 1>());
  }
  template <class U>
  static T make_as(Type<U>, std::span<const CallArgument>, std::span<const Value>) {
    throw TypeError("expected one value for the parameter, found a sequence");
  }
  template <class... E, std::size_t... I>
  static T make_each(std::span<const CallArgument> items, std::span<const Value> inputs,
                     std::index_sequence<I...>) {
    check_size(items, sizeof...(E));
    return T{Reader<E>(items[I], inputs).get()...};
  }
  static void check_size(std::span<const CallArgument> items, std::size_t expected) {
    if (items.size() != expected) {
      throw TypeError("expected " + std::to_string(expected) + " items, found " +
                      std::to_string(items.size()));
    }
  }

  const T* lent_ = nullptr;
  std::unique_ptr<const T> made_;
};

/// `function` with parameters of the types P, by value or const reference, as a Callable.
template <class F, class... P>
class TypedCallable final : public Callable {
 public:
  TypedCallable(F function, std::string registered_name)
      : function_(std::move(function)),
        registered_name_(std::move(registered_name)),
        name_(registered_name_.empty() ? readable_type_name(typeid(F).name()) : registered_name_) {}

  std::string_view registered_name() const override { return registered_name_; }
  std::string_view name() const override { return name_; }
  bool answers_delayed() const override { return is_delayed<std::decay_t<Answer>>; }

  Outcome call(std::span<const CallArgument> arguments, std::span<const Value> inputs) const override {
    if (arguments.size() != sizeof...(P)) {
      throw InvalidArgument(name_ + " takes " + std::to_string(sizeof...(P)) + " arguments, found " +
                            std::to_string(arguments.size()));
    }
    return call_with(arguments, inputs, std::index_sequence_for<P...>());
  }

 private:
  using Answer = std::invoke_result_t<const F&, const P&...>;

  template <std::size_t... I>
  Outcome call_with([[maybe_unused]] std::span<const CallArgument> arguments,
                    [[maybe_unused]] std::span<const Value> inputs, std::index_sequence<I...>) const {
    const std::tuple<Reader<P>...> readers{Reader<P>(arguments[I], inputs)...};
    if constexpr (std::is_void_v<Answer>) {
      std::invoke(function_, std::get<I>(readers).get()...);
      return std::vector<Value>{to_value(std::monostate())};
    } else if constexpr (is_delayed<std::decay_t<Answer>>) {
      return expand_to(std::invoke(function_, std::get<I>(readers).get()...).node());
    } else {
      return std::vector<Value>{
          to_value<std::decay_t<Answer>>(std::invoke(function_, std::get<I>(readers).get()...))};
    }
  }

  F function_;
  std::string registered_name_;
  std::string name_;
};

/// The callable that TREADLE_TASK registered for the function at this address with these parameter types;
/// null if none.
std::shared_ptr<const Callable> find_registered(const void* address, std::type_index callable_type);
/// Makes a callable known by its name and its function's address. Throws InvalidArgument if another function
/// has it.
bool register_callable(std::string name, const void* address, std::type_index callable_type,
                       std::shared_ptr<const Callable> callable);

template <class... P, class F>
std::shared_ptr<const Callable> callable_for(const F& function) {
  if constexpr (Signature<F>::known) {
    using Typed = TypedCallable<typename Signature<F>::pointer, P...>;
    const void* address = reinterpret_cast<const void*>(function);
    if (auto known = find_registered(address, typeid(Typed))) return known;
  }
  return std::make_shared<const TypedCallable<F, P...>>(function, std::string());
}

/// A call of `function`, written down. Handles refer to what it waits for.
template <class Handle>
struct WrittenCall {
  std::shared_ptr<const Callable> callable;
  std::vector<CallArgument> arguments;
  std::vector<Handle> inputs;
};
template <class Handle, class F, class... Arguments>
WrittenCall<Handle> write_call(const F& function, Arguments&&... arguments) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    WrittenCall<Handle> call;
    call.callable = callable_for<typename KeptAs<F, I, std::decay_t<Arguments>>::type...>(function);
    call.arguments.reserve(sizeof...(Arguments));
    (call.arguments.push_back(write_down<typename KeptAs<F, I, std::decay_t<Arguments>>::type>(
         std::forward<Arguments>(arguments), call.inputs)),
     ...);
    return call;
  }(std::index_sequence_for<Arguments...>());
}
/// What such a call answers with.
template <class F, class... Arguments>
using AnswerOf = ResultOf<std::invoke_result_t<const F&, const Computed<std::decay_t<Arguments>>&...>>;

/// Makes the codecs of T known, and those of what it is made of: a call's arguments may be written in parts.
template <class T>
struct Codecs {
  static void make_known() {
    if constexpr (Movable<T>) Value::register_codec<T>();
  }
};
template <class Whole, class... Parts>
void make_codecs_known() {
  if constexpr (Movable<Whole>) Value::register_codec<Whole>();
  (Codecs<Parts>::make_known(), ...);
}
template <class E>
struct Codecs<std::vector<E>> {
  static void make_known() { make_codecs_known<std::vector<E>, E>(); }
};
template <class E, std::size_t N>
struct Codecs<std::array<E, N>> {
  static void make_known() { make_codecs_known<std::array<E, N>, E>(); }
};
template <class E>
struct Codecs<std::optional<E>> {
  static void make_known() { make_codecs_known<std::optional<E>, E>(); }
};
template <class K, class E>
struct Codecs<std::map<K, E>> {
  static void make_known() { make_codecs_known<std::map<K, E>, K, E>(); }
};
template <class... E>
struct Codecs<std::tuple<E...>> {
  static void make_known() { make_codecs_known<std::tuple<E...>, E...>(); }
};
template <class A, class B>
struct Codecs<std::pair<A, B>> {
  static void make_known() { make_codecs_known<std::pair<A, B>, A, B>(); }
};

template <class R, class... P>
bool register_function(std::string name, R (*function)(P...)) {
  using Typed = TypedCallable<R (*)(P...), Computed<std::decay_t<P>>...>;
  Codecs<ResultOf<R>>::make_known();
  (Codecs<Computed<std::decay_t<P>>>::make_known(), ...);
  auto callable = std::make_shared<const Typed>(function, name);
  return register_callable(std::move(name), reinterpret_cast<const void*>(function), typeid(Typed),
                           std::move(callable));
}

}  // namespace delayed_call

/// The function registered under `name` by TREADLE_TASK in this process. Throws NotFound, suggesting the
/// nearest name.
std::shared_ptr<const Callable> registered_callable(std::string_view name);

}  // namespace treadle

/// Registers a function by its name, at namespace scope of one source file: calls of it by delayed() and
/// Client are then equal work when their arguments are equal, and can be written, sent and run in another
/// process that has it, too.
///
///     int add(int a, int b) { return a + b; }
///     TREADLE_TASK(add);
#define TREADLE_TASK(function)                                              \
  [[maybe_unused]] static const bool treadle_task_##function##_registered = \
      ::treadle::delayed_call::register_function(#function, &(function))

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "treadle/value.h"

// Codecs of the standard library's common types: numbers, bool, vector, array, map, set, pair, tuple,
// optional, monostate; any depth.
namespace treadle {
namespace codec_names {

// Joins names at compile time: the kinds of nested types must be constants.
template <const std::string_view&... Parts>
struct Join {
  static constexpr auto joined = [] {
    std::array<char, (Parts.size() + ... + 0)> text{};
    std::size_t at = 0;
    for (const std::string_view part : {Parts...}) {
      for (const char c : part) text[at++] = c;
    }
    return text;
  }();
  static constexpr std::string_view value{joined.data(), joined.size()};
};

inline constexpr std::string_view kUnsigned = "uint", kSigned = "int", kFloat = "float", kVector = "vector<",
                                  kTuple = "tuple<", kPair = "pair<", kOptional = "optional<", kComma = ",",
                                  kClose = ">", kArray = "array<", kMap = "map<", kSet = "set<";
inline constexpr std::string_view k8 = "8", k16 = "16", k32 = "32", k64 = "64", k128 = "128";

// A number in decimal.
template <std::size_t Number>
struct Digits {
  static constexpr std::size_t count = [] {
    std::size_t digits = 1;
    for (std::size_t rest = Number; rest >= 10; rest /= 10) ++digits;
    return digits;
  }();
  static constexpr auto text = [] {
    std::array<char, count> digits{};
    std::size_t rest = Number;
    for (std::size_t i = count; i-- > 0; rest /= 10) digits[i] = static_cast<char>('0' + rest % 10);
    return digits;
  }();
  static constexpr std::string_view value{text.data(), text.size()};
};

template <std::size_t Bits>
inline constexpr const std::string_view& kBits = Bits == 8    ? k8
                                                 : Bits == 16 ? k16
                                                 : Bits == 32 ? k32
                                                 : Bits == 64 ? k64
                                                              : k128;

template <class T>
inline constexpr const std::string_view& kNumber = std::is_floating_point_v<T> ? kFloat
                                                   : std::is_signed_v<T>       ? kSigned
                                                                               : kUnsigned;

// One name for one type: those that share their size with another have names of their own.
template <class T>
constexpr std::string_view number() {
  if constexpr (std::is_same_v<T, bool>)
    return "bool";
  else if constexpr (std::is_same_v<T, char>)
    return "char";
  else if constexpr (std::is_same_v<T, long long>)
    return "longlong";
  else if constexpr (std::is_same_v<T, unsigned long long>)
    return "ulonglong";
  else
    return Join<kNumber<T>, kBits<8 * sizeof(T)>>::value;
}

}  // namespace codec_names

template <class T>
  requires std::is_arithmetic_v<T>
struct Codec<T> {
  static constexpr std::string_view kind = codec_names::number<T>();
  static std::size_t nbytes(T) { return sizeof(T); }
  static void write(T value, ByteSink& sink) { sink.write(&value, sizeof value); }
  static T read(ByteSource& source) {
    T value{};
    source.read(&value, sizeof value);
    return value;
  }
};

template <>
struct Codec<std::monostate> {
  static constexpr std::string_view kind = "nothing";
  static std::size_t nbytes(std::monostate) { return 0; }
  static void write(std::monostate, ByteSink&) {}
  static std::monostate read(ByteSource&) { return {}; }
};

template <class T>
  requires Movable<T>
struct Codec<std::vector<T>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kVector, Codec<T>::kind, codec_names::kClose>::value;
  static std::size_t nbytes(const std::vector<T>& items) {
    if constexpr (std::is_arithmetic_v<T>) {
      return sizeof(items) + items.capacity() * sizeof(T);
    } else {
      std::size_t total = sizeof(items) + (items.capacity() - items.size()) * sizeof(T);
      for (const T& item : items) total += Codec<T>::nbytes(item);
      return total;
    }
  }
  static void write(const std::vector<T>& items, ByteSink& sink) {
    const std::uint64_t size = items.size();
    sink.write(&size, sizeof size);
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      sink.write(items.data(), items.size() * sizeof(T));
    } else {
      for (const auto& item : items) Codec<T>::write(item, sink);
    }
  }
  static std::vector<T> read(ByteSource& source) {
    std::uint64_t size = 0;
    source.read(&size, sizeof size);
    std::vector<T> items;
    // Grown item by item, or step by step: a corrupt size ends at the source's end, not in a huge allocation.
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      constexpr std::uint64_t kStep = (std::uint64_t{1} << 22) / sizeof(T);
      while (items.size() < size) {
        const std::size_t before = items.size();
        items.resize(before + static_cast<std::size_t>(size - before < kStep ? size - before : kStep));
        source.read(items.data() + before, (items.size() - before) * sizeof(T));
      }
    } else {
      for (std::uint64_t i = 0; i < size; ++i) items.push_back(Codec<T>::read(source));
    }
    return items;
  }
};

/// As many items as its type says: no length is written.
template <class T, std::size_t N>
  requires Movable<T>
struct Codec<std::array<T, N>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kArray, Codec<T>::kind, codec_names::kComma,
                        codec_names::Digits<N>::value, codec_names::kClose>::value;
  static std::size_t nbytes(const std::array<T, N>& items) {
    std::size_t total = 0;
    for (const T& item : items) total += Codec<T>::nbytes(item);
    return total;
  }
  static void write(const std::array<T, N>& items, ByteSink& sink) {
    for (const T& item : items) Codec<T>::write(item, sink);
  }
  static std::array<T, N> read(ByteSource& source) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{(static_cast<void>(I), Codec<T>::read(source))...};
    }(std::make_index_sequence<N>());
  }
};

namespace codec_names {

// What a node of a tree holds beside its item.
inline constexpr std::size_t kNodeBytes = 48;

}  // namespace codec_names

template <class T>
  requires Movable<T>
struct Codec<std::set<T>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kSet, Codec<T>::kind, codec_names::kClose>::value;
  static std::size_t nbytes(const std::set<T>& items) {
    std::size_t total = sizeof items;
    for (const T& item : items) total += codec_names::kNodeBytes + Codec<T>::nbytes(item);
    return total;
  }
  static void write(const std::set<T>& items, ByteSink& sink) {
    const std::uint64_t size = items.size();
    sink.write(&size, sizeof size);
    for (const T& item : items) Codec<T>::write(item, sink);
  }
  static std::set<T> read(ByteSource& source) {
    std::uint64_t size = 0;
    source.read(&size, sizeof size);
    std::set<T> items;
    for (; size != 0; --size) items.insert(items.end(), Codec<T>::read(source));
    return items;
  }
};

template <class K, class T>
  requires(Movable<K> && Movable<T>)
struct Codec<std::map<K, T>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kMap, Codec<K>::kind, codec_names::kComma, Codec<T>::kind,
                        codec_names::kClose>::value;
  static std::size_t nbytes(const std::map<K, T>& map) {
    std::size_t total = sizeof map;
    for (const auto& [key, item] : map) {
      total += codec_names::kNodeBytes + Codec<K>::nbytes(key) + Codec<T>::nbytes(item);
    }
    return total;
  }
  static void write(const std::map<K, T>& map, ByteSink& sink) {
    const std::uint64_t size = map.size();
    sink.write(&size, sizeof size);
    for (const auto& [key, item] : map) {
      Codec<K>::write(key, sink);
      Codec<T>::write(item, sink);
    }
  }
  static std::map<K, T> read(ByteSource& source) {
    std::uint64_t size = 0;
    source.read(&size, sizeof size);
    std::map<K, T> map;
    for (; size != 0; --size) {
      K key = Codec<K>::read(source);
      map.emplace_hint(map.end(), std::move(key), Codec<T>::read(source));
    }
    return map;
  }
};

template <class T>
  requires Movable<T>
struct Codec<std::optional<T>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kOptional, Codec<T>::kind, codec_names::kClose>::value;
  static std::size_t nbytes(const std::optional<T>& item) {
    return sizeof(bool) + (item ? Codec<T>::nbytes(*item) : 0);
  }
  static void write(const std::optional<T>& item, ByteSink& sink) {
    Codec<bool>::write(item.has_value(), sink);
    if (item) Codec<T>::write(*item, sink);
  }
  static std::optional<T> read(ByteSource& source) {
    if (!Codec<bool>::read(source)) return std::nullopt;
    return Codec<T>::read(source);
  }
};

/// A tuple of at least one movable type.
template <class First, class... Rest>
  requires(Movable<First> && (Movable<Rest> && ...))
struct Codec<std::tuple<First, Rest...>> {
  using Tuple = std::tuple<First, Rest...>;
  template <class... T>
  struct Names;
  template <class T>
  struct Names<T> {
    static constexpr std::string_view value = Codec<T>::kind;
  };
  template <class T, class... More>
    requires(sizeof...(More) > 0)
  struct Names<T, More...> {
    static constexpr std::string_view value =
        codec_names::Join<Codec<T>::kind, codec_names::kComma, Names<More...>::value>::value;
  };
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kTuple, Names<First, Rest...>::value, codec_names::kClose>::value;
  static std::size_t nbytes(const Tuple& items) {
    return std::apply(
        [](const auto&... item) { return (Codec<std::decay_t<decltype(item)>>::nbytes(item) + ...); }, items);
  }
  static void write(const Tuple& items, ByteSink& sink) {
    std::apply([&](const auto&... item) { (Codec<std::decay_t<decltype(item)>>::write(item, sink), ...); },
               items);
  }
  // Braces: the parts are read from left to right.
  static Tuple read(ByteSource& source) {
    return Tuple{Codec<First>::read(source), Codec<Rest>::read(source)...};
  }
};

template <class A, class B>
  requires(Movable<A> && Movable<B>)
struct Codec<std::pair<A, B>> {
  static constexpr std::string_view kind =
      codec_names::Join<codec_names::kPair, Codec<A>::kind, codec_names::kComma, Codec<B>::kind,
                        codec_names::kClose>::value;
  static std::size_t nbytes(const std::pair<A, B>& pair) {
    return Codec<A>::nbytes(pair.first) + Codec<B>::nbytes(pair.second);
  }
  static void write(const std::pair<A, B>& pair, ByteSink& sink) {
    Codec<A>::write(pair.first, sink);
    Codec<B>::write(pair.second, sink);
  }
  static std::pair<A, B> read(ByteSource& source) { return {Codec<A>::read(source), Codec<B>::read(source)}; }
};

}  // namespace treadle

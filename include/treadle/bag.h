#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "treadle/bag_blocks.h"
#include "treadle/bag_partition.h"
#include "treadle/bag_text.h"
#include "treadle/compute_options.h"
#include "treadle/error.h"
#include "treadle/key.h"
#include "treadle/moments.h"

// Bags: lazy collections of items of one C++ type, in partitions.
//
//   auto words = treadle::read_text("logs/*.txt").lower().split().flatten();
//   for (auto& [word, count] : words.frequencies().top_counts(10).compute()) ...
//
// Texts and JSON are worked on natively, whole partitions at once (treadle/bag_text.h); any function of yours
// runs item by item, on several threads at once. Nothing runs before compute(). Items keep their order:
// partition by partition, and in it as they came; so answers are the same for any number of threads.
namespace treadle {

template <class T>
class Bag;
template <class T>
class Delayed;
class DataFrame;
class Schema;

namespace bag {

template <class T>
struct ElementOf;
template <class T>
struct ElementOf<std::vector<T>> {
  using Type = T;
};

template <class T>
inline constexpr bool kIsCount = false;
template <class T>
inline constexpr bool kIsCount<std::pair<T, std::int64_t>> = true;

}  // namespace bag

/// One lazy value made of a bag. Cheap to copy.
template <class T>
class BagValue {
 public:
  explicit BagValue(bag::NodePtr node) : node_(std::move(node)) {}
  /// Runs what makes it. Throws what the run ended with.
  T compute(const ComputeOptions& options = {}) const {
    return bag::compute(node_, options).front().template get<std::vector<T>>().front();
  }
  const bag::NodePtr& node() const noexcept { return node_; }

 private:
  bag::NodePtr node_;
};

/// A lazy multiset of T in partitions. Immutable, cheap to copy; its functions are called by several threads
/// at once. T is copyable; with a Codec (treadle/codecs.h has those of the standard library's types, and Item
/// is JSON) partitions can be spilled.
template <class T>
class Bag {
 public:
  /// Of a row of partitions; each holds what bag::for_each_item<T>() reads.
  explicit Bag(bag::NodePtr node) : node_(std::move(node)) {}
  const bag::NodePtr& node() const noexcept { return node_; }
  std::size_t num_partitions() const { return bag::num_blocks(node_); }

  // Item by item.

  /// `function(item)` of each.
  template <class F, class U = std::decay_t<std::invoke_result_t<const F&, const T&>>>
  Bag<U> map(F function) const {
    return each_partition<U>("map", [function = std::move(function)](const T& item, std::vector<U>& made) {
      made.push_back(function(item));
    });
  }
  /// `function(a, b, ...)` of the parts of each pair, tuple or array.
  template <class F>
  auto starmap(F function) const
    requires requires { typename std::tuple_size<T>::type; }
  {
    return map([function = std::move(function)](const T& item) { return std::apply(function, item); });
  }
  /// The items for which `predicate` is true.
  template <std::predicate<const T&> P>
  Bag filter(P predicate) const {
    return each_partition<T>("filter",
                             [predicate = std::move(predicate)](const T& item, std::vector<T>& made) {
                               if (predicate(item)) made.push_back(item);
                             });
  }
  /// Those for which it is false.
  template <std::predicate<const T&> P>
  Bag remove(P predicate) const {
    return filter([predicate = std::move(predicate)](const T& item) { return !predicate(item); });
  }
  /// `function(items)` of each partition's std::vector<T>; it answers with a std::vector<U>.
  template <class F,
            class U = typename bag::ElementOf<std::invoke_result_t<const F&, const std::vector<T>&>>::Type>
  Bag<U> map_partitions(F function) const {
    return Bag<U>(
        bag::each("map_partitions",
                  [function = std::move(function)](std::span<const Value> inputs, std::size_t, TaskContext&) {
                    return bag::make_partition<U>(function(items_of(inputs[0])));
                  },
                  {node_}));
  }
  /// The items of items that are vectors.
  auto flatten() const
    requires requires { typename bag::ElementOf<T>::Type; }
  {
    using U = typename bag::ElementOf<T>::Type;
    if (bag::is_split(node_)) return Bag<U>(bag::flatten(node_));
    return each_partition<U>("flatten", [](const T& items, std::vector<U>& made) {
      made.insert(made.end(), items.begin(), items.end());
    });
  }
  /// Each item with the item of `other` at its place. Throws InvalidArgument, when computed, where partitions
  /// differ in length.
  template <class U>
  Bag<std::pair<T, U>> zip(const Bag<U>& other) const;
  /// All pairs, in num_partitions() * other.num_partitions() partitions.
  template <class U>
  Bag<std::pair<T, U>> product(const Bag<U>& other) const;
  /// About `share` of the items, chosen by their places and `seed` only.
  Bag random_sample(double share, std::uint64_t seed) const;
  /// The results of a running fold, beginning with `initial` itself.
  template <class A, class F>
  Bag<A> accumulate(F binary, A initial) const;

  // All items together.

  BagValue<std::int64_t> count() const;
  /// `binary(total, item)` within partitions from `initial` on, `combine(total, total)` over those.
  template <class A, class F, class C>
  BagValue<A> fold(F binary, C combine, A initial) const;
  /// The sum of numbers, from T{} on.
  BagValue<T> sum() const
    requires std::is_arithmetic_v<T>
  {
    return fold([](T a, T b) { return static_cast<T>(a + b); },
                [](T a, T b) { return static_cast<T>(a + b); }, T{});
  }
  /// The least item; nothing of an empty bag.
  BagValue<std::optional<T>> min() const;
  BagValue<std::optional<T>> max() const;
  /// Count, sum, mean and variance of numbers, in one pass.
  BagValue<Moments> moments() const
    requires(std::is_arithmetic_v<T> || std::same_as<T, Item>);
  /// Of numbers: the mean, NaN of none; the variance and its root, NaN of at most `ddof` numbers.
  BagValue<double> mean() const
    requires(std::is_arithmetic_v<T> || std::same_as<T, Item>)
  {
    return of_moments("mean", [](const Moments& moments) { return moments.mean(); });
  }
  BagValue<double> var(std::int64_t ddof = 0) const
    requires(std::is_arithmetic_v<T> || std::same_as<T, Item>)
  {
    return of_moments("var", [ddof](const Moments& moments) { return moments.variance(ddof); });
  }
  BagValue<double> std(std::int64_t ddof = 0) const
    requires(std::is_arithmetic_v<T> || std::same_as<T, Item>)
  {
    return of_moments("std", [ddof](const Moments& moments) { return std::sqrt(moments.variance(ddof)); });
  }
  /// How often each item occurs, in the order of first occurrence; one partition.
  Bag<std::pair<T, std::int64_t>> frequencies() const;
  /// The `k` items with the largest `key(item)`, the largest first; of equals, the one that came first. One
  /// partition.
  template <class F>
  Bag topk(std::size_t k, F key) const;
  Bag topk(std::size_t k) const {
    return topk(k, [](const T& item) { return item; });
  }
  /// The `k` most frequent of frequencies().
  Bag top_counts(std::size_t k) const
    requires bag::kIsCount<T>
  {
    if constexpr (std::same_as<T, std::pair<std::string, std::int64_t>>) {
      return Bag(bag::top_counts(node_, k));
    } else {
      return topk(k, [](const T& item) { return item.second; });
    }
  }
  /// Each item once, in the order of first occurrence; one partition. With a key: the first item of each.
  Bag distinct() const {
    if constexpr (std::same_as<T, std::string>) {
      return Bag(bag::distinct_texts(node_));
    } else {
      return distinct([](const T& item) { return item; });
    }
  }
  template <class F>
  Bag distinct(F key) const;
  /// For each `key(item)` the fold of its items, in the order of the keys' first occurrence; one partition.
  template <class F, class B, class C, class A,
            class K = std::decay_t<std::invoke_result_t<const F&, const T&>>>
  Bag<std::pair<K, A>> foldby(F key, B binary, C combine, A initial) const;
  /// Items by `key(item)`, each group whole in one of `num_partitions` partitions (0: as many as now). Groups
  /// lie by the hash of keys, within a partition in the order of first occurrence.
  template <class F, class K = std::decay_t<std::invoke_result_t<const F&, const T&>>>
  Bag<std::pair<K, std::vector<T>>> groupby(F key, std::size_t num_partitions = 0) const;
  /// Pairs (other item, item) of equal keys; `other` is small: every partition sees all of it.
  template <class U, class F, class G>
  Bag<std::pair<U, T>> join(std::vector<U> other, F on_self, G on_other) const;

  // Texts: see treadle/bag_text.h.

  Bag lower() const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::lower(node_));
  }
  Bag upper() const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::upper(node_));
  }
  Bag strip(const std::optional<std::string>& characters = {}) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::strip(node_, characters));
  }
  Bag lstrip(const std::optional<std::string>& characters = {}) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::lstrip(node_, characters));
  }
  Bag rstrip(const std::optional<std::string>& characters = {}) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::rstrip(node_, characters));
  }
  Bag replace(const std::string& from, const std::string& to, std::int64_t most = -1) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::replace(node_, from, to, most));
  }
  Bag translate(const std::vector<std::pair<std::uint32_t, std::string>>& table) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::translate(node_, table));
  }
  Bag match(const std::string& pattern) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::match(node_, pattern));
  }
  Bag<std::vector<std::string>> split(const std::optional<std::string>& separator = {},
                                      std::int64_t most = -1) const
    requires std::same_as<T, std::string>
  {
    return Bag<std::vector<std::string>>(bag::split(node_, separator, most));
  }
  /// Writes a line each into a file a partition, and answers with the files' paths: see bag::write_texts().
  std::vector<std::string> to_textfiles(const std::string& pattern, const ComputeOptions& options = {}) const
    requires std::same_as<T, std::string>
  {
    return Bag(bag::write_texts(node_, pattern)).compute(options);
  }
  /// Each text read as JSON; with `skip`, what is none is left out.
  Bag<Item> json(bool skip = false) const
    requires std::same_as<T, std::string>
  {
    return Bag<Item>(bag::json(node_, skip));
  }

  // JSON.

  Bag filter(const ItemCondition& condition) const
    requires std::same_as<T, Item>
  {
    if (bag::is_json(node_)) return Bag(bag::keep_json(node_, condition));
    return filter([condition](const Item& item) { return condition.holds(item); });
  }
  /// The field or element at the end of `path` of each item. Throws NotFound, when computed, for an item that
  /// lacks it, unless there is a `missing` to stand in.
  Bag pluck(const ItemPath& path, const std::optional<Item>& missing = {}) const
    requires std::same_as<T, Item>;
  Bag pluck(const std::string& name) const
    requires std::same_as<T, Item>
  {
    return pluck(ItemPath{name});
  }

  // Partitions.

  /// The same items in another number of partitions: neighbours are put together, or cut.
  Bag repartition(std::size_t num_partitions) const;
  /// The first `k` items of the first `num_partitions` partitions.
  std::vector<T> take(std::size_t k, std::size_t num_partitions = 1,
                      const ComputeOptions& options = {}) const;
  /// All items.
  std::vector<T> compute(const ComputeOptions& options = {}) const;
  /// Computes now and keeps the partitions.
  Bag persist(const ComputeOptions& options = {}) const { return Bag(bag::persist(node_, options)); }
  /// Each partition as a delayed vector. What several need (the pieces of a groupby()) is done once where
  /// they are computed together. Defined in treadle/bag_exchange.h, as are the next ones.
  std::vector<Delayed<std::vector<T>>> to_delayed() const;
  /// The items as rows, a partition each: see bag::to_dataframe().
  DataFrame to_dataframe(const Schema& schema) const
    requires std::same_as<T, Item>;
  /// The same with the types of the first thousand items, which are computed now. `columns`: names for items
  /// that are lists, or plain values.
  DataFrame to_dataframe(const std::vector<std::string>& columns = {},
                         const ComputeOptions& options = {}) const
    requires std::same_as<T, Item>;
  /// The steps, as they are written down and as they run.
  std::string explain() const { return bag::explain(node_); }

 private:
  template <class>
  friend class Bag;

  static std::vector<T> items_of(const Value& partition) {
    std::vector<T> items;
    bag::for_each_item<T>(partition, [&](const T& item) { items.push_back(item); });
    return items;
  }
  /// `use(item, made)` of each item.
  template <class U, class F>
  Bag<U> each_partition(const char* name, F use) const {
    return Bag<U>(bag::each(
        name,
        [use = std::move(use)](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
          std::vector<U> made;
          bag::for_each_item_watched<T>(inputs[0], partition, context,
                                        [&](const T& item) { use(item, made); });
          return bag::make_partition(std::move(made));
        },
        {node_}));
  }
  /// What `of_partition(partition)` makes of each partition, put together by `combine(total, total)`.
  template <class A, class P, class C>
  bag::NodePtr reduced(const std::string& name, P of_partition, C combine) const;
  template <class F>
  BagValue<double> of_moments(const char* name, F function) const {
    return BagValue<double>(bag::each(name,
                                      [function](std::span<const Value> inputs, std::size_t, TaskContext&) {
                                        return Value::of(std::vector<double>{function(
                                            inputs[0].template get<std::vector<Moments>>().front())});
                                      },
                                      {moments().node()}));
  }
  template <class Less>
  BagValue<std::optional<T>> extreme(const char* name, Less less) const;

  bag::NodePtr node_;
};

/// The lines of files, ends included: what paths and patterns stand for. Throws IoError, InvalidArgument.
inline Bag<std::string> read_text(const std::vector<std::string>& patterns,
                                  const ReadTextOptions& options = {}) {
  return Bag<std::string>(bag::read_text(patterns, options));
}
inline Bag<std::string> read_text(const std::string& pattern, const ReadTextOptions& options = {}) {
  return read_text(std::vector<std::string>{pattern}, options);
}

/// A bag of `items` in `num_partitions` partitions, of nearly equal size.
template <class T>
Bag<T> from_sequence(const std::vector<T>& items, std::size_t num_partitions = 1) {
  std::vector<Value> partitions;
  const std::size_t count = std::max<std::size_t>(1, num_partitions);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::ptrdiff_t>(items.size() * i / count);
    const auto end = static_cast<std::ptrdiff_t>(items.size() * (i + 1) / count);
    partitions.push_back(bag::make_partition(std::vector<T>(items.begin() + begin, items.begin() + end)));
  }
  return Bag<T>(bag::kept(std::move(partitions)));
}

/// The items of several bags, one bag after the other.
template <class T>
Bag<T> concat(const std::vector<Bag<T>>& bags) {
  std::vector<bag::NodePtr> nodes;
  for (const Bag<T>& one : bags) nodes.push_back(one.node());
  return Bag<T>(bag::concat(std::move(nodes)));
}

}  // namespace treadle

#include "treadle/bag_methods.h"

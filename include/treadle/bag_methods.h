#pragma once

#include "treadle/bag.h"

// What the methods of Bag that are templates do. Included by treadle/bag.h.
namespace treadle {
namespace bag {

/// Bytes in memory: what a key is hashed by.
class KeyBytes final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    const auto* begin = static_cast<const std::byte*>(bytes);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  /// The same on every machine and in every run.
  template <class K>
  static std::size_t part_of(const K& key, std::size_t num_parts) {
    KeyBytes sink;
    Codec<K>::write(key, sink);
    const Key hash = hash_bytes(sink.bytes_);
    return static_cast<std::size_t>(hash.low % num_parts);
  }

 private:
  std::vector<std::byte> bytes_;
};

/// Things by key, in the order in which the keys came first.
template <class K, class A>
class Grouped {
 public:
  A& at(const K& key, const A& initial) {
    const auto [found, added] = places_.try_emplace(key, groups_.size());
    if (added) groups_.emplace_back(key, initial);
    return groups_[found->second].second;
  }
  bool contains(const K& key) const { return places_.contains(key); }
  std::vector<std::pair<K, A>> take() { return std::move(groups_); }

 private:
  std::map<K, std::size_t> places_;
  std::vector<std::pair<K, A>> groups_;
};

/// One value as a partition.
template <class A>
Value one(A value) {
  std::vector<A> items;
  items.push_back(std::move(value));
  return make_partition(std::move(items));
}

template <class A>
const A& the_one(const Value& partition) {
  return partition.get<std::vector<A>>().front();
}

}  // namespace bag

template <class T>
template <class A, class P, class C>
bag::NodePtr Bag<T>::reduced(const std::string& name, P of_partition, C combine) const {
  const bag::NodePtr parts =
      bag::each(name,
                [of_partition](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
                  return bag::one<A>(of_partition(inputs[0], partition, context));
                },
                {node_});
  return bag::reduce(
      name,
      [combine](std::span<const Value> inputs, std::size_t, TaskContext&) {
        A total = bag::the_one<A>(inputs[0]);
        for (const Value& next : inputs.subspan(1)) total = combine(std::move(total), bag::the_one<A>(next));
        return bag::one<A>(std::move(total));
      },
      parts);
}

template <class T>
template <class U>
Bag<std::pair<T, U>> Bag<T>::zip(const Bag<U>& other) const {
  using Pair = std::pair<T, U>;
  return Bag<Pair>(bag::each("zip",
                             [](std::span<const Value> inputs, std::size_t partition, TaskContext&) {
                               std::vector<T> left = items_of(inputs[0]);
                               std::vector<U> right = Bag<U>::items_of(inputs[1]);
                               if (left.size() != right.size()) {
                                 throw InvalidArgument("zip: expected partitions of equal length, found " +
                                                       std::to_string(left.size()) + " and " +
                                                       std::to_string(right.size()) + " items in partition " +
                                                       std::to_string(partition));
                               }
                               std::vector<Pair> pairs;
                               for (std::size_t i = 0; i < left.size(); ++i)
                                 pairs.emplace_back(std::move(left[i]), std::move(right[i]));
                               return bag::make_partition(std::move(pairs));
                             },
                             {node_, other.node()}));
}

template <class T>
template <class U>
Bag<std::pair<T, U>> Bag<T>::product(const Bag<U>& other) const {
  using Pair = std::pair<T, U>;
  std::vector<std::size_t> left, right;
  for (std::size_t i = 0; i < num_partitions(); ++i) {
    for (std::size_t j = 0; j < other.num_partitions(); ++j) left.push_back(i), right.push_back(j);
  }
  return Bag<Pair>(
      bag::each("product",
                [](std::span<const Value> inputs, std::size_t, TaskContext& context) {
                  std::vector<Pair> pairs;
                  bag::for_each_item<T>(inputs[0], [&](const T& a) {
                    context.check_stopped();
                    bag::for_each_item<U>(inputs[1], [&](const U& b) { pairs.emplace_back(a, b); });
                  });
                  return bag::make_partition(std::move(pairs));
                },
                {bag::choose(node_, std::move(left)), bag::choose(other.node(), std::move(right))}));
}

template <class T>
Bag<T> Bag<T>::random_sample(double share, std::uint64_t seed) const {
  if (std::isnan(share) || share < 0 || share > 1) {
    throw InvalidArgument("random_sample: expected a share from 0 to 1, found " + std::to_string(share));
  }
  return Bag(bag::each("random_sample",
                       [share, seed](std::span<const Value> inputs, std::size_t partition, TaskContext&) {
                         std::vector<T> made;
                         std::uint64_t place = 0;
                         bag::for_each_item<T>(inputs[0], [&](const T& item) {
                           const std::uint64_t numbers[] = {seed, partition, place++};
                           const Key hash = hash_bytes(std::as_bytes(std::span(numbers)));
                           // 53 bits: a float between 0 and 1.
                           if (static_cast<double>(hash.low >> 11) * 0x1p-53 < share) made.push_back(item);
                         });
                         return bag::make_partition(std::move(made));
                       },
                       {node_}));
}

template <class T>
template <class A, class F>
Bag<A> Bag<T>::accumulate(F binary, A initial) const {
  auto step = [binary](const Value& input, const Value& before, TaskContext& context) {
    std::vector<A> made;
    // Before the first partition there is the initial value, which is the first result.
    const bool is_first = before.holds<std::vector<A>>() && before.get<std::vector<A>>().size() == 2;
    A total = before.get<std::vector<A>>().front();
    if (is_first) made.push_back(total);
    bag::for_each_item_watched<T>(input, 0, context, [&](const T& item) {
      total = binary(total, item);
      made.push_back(total);
    });
    return std::vector<Value>{bag::make_partition(std::move(made)), bag::one<A>(std::move(total))};
  };
  Value first = bag::make_partition(std::vector<A>{initial, initial});
  return Bag<A>(bag::chain("accumulate", step, std::move(first), node_));
}

template <class T>
BagValue<std::int64_t> Bag<T>::count() const {
  if constexpr (std::same_as<T, std::string> || std::same_as<T, Item>) {
    if (std::same_as<T, std::string> || bag::is_json(node_))
      return BagValue<std::int64_t>(bag::count_items(node_));
  }
  return BagValue<std::int64_t>(reduced<std::int64_t>(
      "count",
      [](const Value& items, std::size_t, TaskContext&) {
        std::int64_t count = 0;
        bag::for_each_item<T>(items, [&](const T&) { ++count; });
        return count;
      },
      [](std::int64_t a, std::int64_t b) { return a + b; }));
}

template <class T>
template <class A, class F, class C>
BagValue<A> Bag<T>::fold(F binary, C combine, A initial) const {
  return BagValue<A>(reduced<A>(
      "fold",
      [binary, initial](const Value& items, std::size_t partition, TaskContext& context) {
        A total = initial;
        bag::for_each_item_watched<T>(items, partition, context,
                                      [&](const T& item) { total = binary(std::move(total), item); });
        return total;
      },
      combine));
}

template <class T>
template <class Less>
BagValue<std::optional<T>> Bag<T>::extreme(const char* name, Less less) const {
  using Found = std::optional<T>;
  return BagValue<Found>(reduced<Found>(
      name,
      [less](const Value& items, std::size_t, TaskContext&) {
        Found found;
        bag::for_each_item<T>(items, [&](const T& item) {
          if (!found || less(item, *found)) found = item;
        });
        return found;
      },
      [less](Found a, const Found& b) { return !b || (a && !less(*b, *a)) ? std::move(a) : b; }));
}

template <class T>
BagValue<std::optional<T>> Bag<T>::min() const {
  return extreme("min", [](const T& a, const T& b) { return a < b; });
}

template <class T>
BagValue<std::optional<T>> Bag<T>::max() const {
  return extreme("max", [](const T& a, const T& b) { return b < a; });
}

template <class T>
BagValue<Moments> Bag<T>::moments() const
  requires(std::is_arithmetic_v<T> || std::same_as<T, Item>)
{
  if constexpr (std::same_as<T, Item>) {
    if (bag::is_json(node_)) return BagValue<Moments>(bag::json_moments(node_));
  }
  return BagValue<Moments>(reduced<Moments>(
      "moments",
      [](const Value& items, std::size_t partition, TaskContext& context) {
        Moments moments;
        bag::for_each_item_watched<T>(items, partition, context, [&](const T& item) {
          if constexpr (std::same_as<T, Item>) {
            moments.add(item.number());
          } else {
            moments.add(static_cast<double>(item));
          }
        });
        return moments;
      },
      [](Moments a, const Moments& b) {
        a.absorb(b);
        return a;
      }));
}

template <class T>
Bag<std::pair<T, std::int64_t>> Bag<T>::frequencies() const {
  if constexpr (std::same_as<T, std::string>) {
    return Bag<std::pair<T, std::int64_t>>(bag::text_frequencies(node_));
  } else {
    return foldby([](const T& item) { return item; }, [](std::int64_t count, const T&) { return count + 1; },
                  [](std::int64_t a, std::int64_t b) { return a + b; }, std::int64_t{0});
  }
}

template <class T>
template <class F>
Bag<T> Bag<T>::topk(std::size_t k, F key) const {
  auto best = [k, key](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
    using K = std::decay_t<std::invoke_result_t<const F&, const T&>>;
    std::vector<std::pair<K, T>> kept;
    // The worst of those kept comes first, so that it goes when there are too many.
    auto before = [](const auto& a, const auto& b) { return b.first < a.first; };
    auto shorten = [&] {
      std::stable_sort(kept.begin(), kept.end(), before);
      if (kept.size() > k) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(k), kept.end());
    };
    for (const Value& input : inputs) {
      bag::for_each_item_watched<T>(input, partition, context, [&](const T& item) {
        kept.emplace_back(key(item), item);
        if (kept.size() >= 2 * k + 64) shorten();
      });
    }
    shorten();
    std::vector<T> items;
    for (auto& [_, item] : kept) items.push_back(std::move(item));
    return bag::make_partition(std::move(items));
  };
  return Bag(bag::reduce("topk", best, bag::each("topk", best, {node_})));
}

template <class T>
template <class F>
Bag<T> Bag<T>::distinct(F key) const {
  auto first_of_each = [key](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
    using K = std::decay_t<std::invoke_result_t<const F&, const T&>>;
    std::map<K, bool> seen;
    std::vector<T> items;
    for (const Value& input : inputs) {
      bag::for_each_item_watched<T>(input, partition, context, [&](const T& item) {
        if (seen.try_emplace(key(item), true).second) items.push_back(item);
      });
    }
    return bag::make_partition(std::move(items));
  };
  return Bag(bag::reduce("distinct", first_of_each, bag::each("distinct", first_of_each, {node_})));
}

template <class T>
template <class F, class B, class C, class A, class K>
Bag<std::pair<K, A>> Bag<T>::foldby(F key, B binary, C combine, A initial) const {
  using Group = std::pair<K, A>;
  const bag::NodePtr parts =
      bag::each("foldby",
                [=](std::span<const Value> inputs, std::size_t partition, TaskContext& context) {
                  bag::Grouped<K, A> groups;
                  bag::for_each_item_watched<T>(inputs[0], partition, context, [&](const T& item) {
                    A& total = groups.at(key(item), initial);
                    total = binary(total, item);
                  });
                  return bag::make_partition(groups.take());
                },
                {node_});
  auto merge = [=](std::span<const Value> inputs, std::size_t, TaskContext& context) {
    if (inputs.size() == 1) return inputs[0];
    bag::Grouped<K, A> groups;
    for (const Value& input : inputs) {
      context.check_stopped();
      bag::for_each_item<Group>(input, [&](const Group& group) {
        const bool known = groups.contains(group.first);
        A& total = groups.at(group.first, group.second);
        if (known) total = combine(total, group.second);
      });
    }
    return bag::make_partition(groups.take());
  };
  return Bag<Group>(bag::reduce("foldby", merge, parts));
}

template <class T>
template <class F, class K>
Bag<std::pair<K, std::vector<T>>> Bag<T>::groupby(F key, std::size_t num_partitions) const {
  const std::size_t parts = num_partitions == 0 ? this->num_partitions() : num_partitions;
  auto split = [key](const Value& input, std::size_t count, TaskContext& context) {
    std::vector<std::vector<T>> made(count);
    bag::for_each_item_watched<T>(input, 0, context, [&](const T& item) {
      made[bag::KeyBytes::part_of<K>(key(item), count)].push_back(item);
    });
    std::vector<Value> values;
    for (auto& items : made) values.push_back(bag::make_partition(std::move(items)));
    return values;
  };
  auto merge = [key](std::span<const Value> inputs, std::size_t, TaskContext& context) {
    bag::Grouped<K, std::vector<T>> groups;
    for (const Value& input : inputs) {
      context.check_stopped();
      bag::for_each_item<T>(input, [&](const T& item) { groups.at(key(item), {}).push_back(item); });
    }
    return bag::make_partition(groups.take());
  };
  return Bag<std::pair<K, std::vector<T>>>(bag::exchange("groupby", split, merge, node_, parts));
}

template <class T>
template <class U, class F, class G>
Bag<std::pair<U, T>> Bag<T>::join(std::vector<U> other, F on_self, G on_other) const {
  using K = std::decay_t<std::invoke_result_t<const F&, const T&>>;
  auto by_key = std::make_shared<std::map<K, std::vector<U>>>();
  for (U& item : other) (*by_key)[on_other(item)].push_back(std::move(item));
  return each_partition<std::pair<U, T>>("join", [by_key, on_self](const T& item, auto& made) {
    const auto found = by_key->find(on_self(item));
    if (found == by_key->end()) return;
    for (const U& one : found->second) made.emplace_back(one, item);
  });
}

template <class T>
Bag<T> Bag<T>::pluck(const ItemPath& path, const std::optional<Item>& missing) const
  requires std::same_as<T, Item>
{
  if (bag::is_json(node_)) return Bag(bag::pluck_json(node_, path, missing));
  return map([path, missing](const Item& item) {
    const Item* found = &item;
    for (const ItemKey& key : path) {
      found = std::visit([&](const auto& one) { return found->find(one); }, key);
      if (found == nullptr) break;
    }
    if (found != nullptr) return *found;
    if (!missing) throw NotFound("pluck: the item lacks what was asked for");
    return *missing;
  });
}

template <class T>
Bag<T> Bag<T>::repartition(std::size_t num_partitions) const {
  const std::size_t now = this->num_partitions(), wanted = std::max<std::size_t>(1, num_partitions);
  if (now == wanted) return *this;
  std::vector<bag::NodePtr> rows;
  if (wanted < now) {
    auto join = [](std::span<const Value> inputs, std::size_t, TaskContext&) {
      std::vector<T> items;
      for (const Value& input : inputs) {
        bag::for_each_item<T>(input, [&](const T& item) { items.push_back(item); });
      }
      return bag::make_partition(std::move(items));
    };
    for (std::size_t i = 0; i < wanted; ++i) {
      std::vector<std::size_t> chosen(now * (i + 1) / wanted - now * i / wanted);
      std::iota(chosen.begin(), chosen.end(), now * i / wanted);
      const std::size_t count = chosen.size();
      rows.push_back(bag::reduce("repartition", join, bag::choose(node_, std::move(chosen)), count));
    }
    return Bag(bag::concat(std::move(rows)));
  }
  for (std::size_t i = 0; i < now; ++i) {
    const std::size_t pieces = wanted * (i + 1) / now - wanted * i / now;
    auto cut = [pieces](std::span<const Value> inputs, std::size_t piece, TaskContext&) {
      std::vector<T> items = items_of(inputs[0]);
      const auto begin = items.begin() + static_cast<std::ptrdiff_t>(items.size() * piece / pieces);
      const auto end = items.begin() + static_cast<std::ptrdiff_t>(items.size() * (piece + 1) / pieces);
      return bag::make_partition(std::vector<T>(begin, end));
    };
    rows.push_back(bag::each("repartition", cut, {bag::choose(node_, std::vector<std::size_t>(pieces, i))}));
  }
  return Bag(bag::concat(std::move(rows)));
}

template <class T>
std::vector<T> Bag<T>::take(std::size_t k, std::size_t num_partitions, const ComputeOptions& options) const {
  std::vector<std::size_t> chosen(std::min(std::max<std::size_t>(1, num_partitions), this->num_partitions()));
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  std::vector<T> items = Bag(bag::choose(node_, std::move(chosen))).compute(options);
  if (items.size() > k) items.erase(items.begin() + static_cast<std::ptrdiff_t>(k), items.end());
  return items;
}

template <class T>
std::vector<T> Bag<T>::compute(const ComputeOptions& options) const {
  std::vector<T> items;
  for (const Value& partition : bag::compute(node_, options)) {
    bag::for_each_item<T>(partition, [&](const T& item) { items.push_back(item); });
  }
  return items;
}

}  // namespace treadle

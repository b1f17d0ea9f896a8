#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "treadle/bag.h"
#include "treadle/data_frame.h"
#include "treadle/delayed.h"
#include "treadle/schema.h"

// Bags among the other collections: delayed values and data frames. Whatever is made of whatever, it runs as
// one graph when it is computed.
namespace treadle {

namespace bag {

/// Each partition as a delayed value.
std::vector<DelayedNodePtr> to_delayed(const NodePtr& node);
/// Delayed values as partitions.
NodePtr from_delayed(std::vector<DelayedNodePtr> partitions);

/// JSON items as rows of a table with these columns: objects by their fields' names, lists by their places;
/// other items are the value of the only column. What an item lacks is null; fields that are no columns are
/// left out. Throws ParseError, when computed, for a value that is not of its column's type.
DataFrame to_dataframe(const NodePtr& items, const Schema& schema);
/// The columns of items: the narrowest types that hold the values of all. Objects give their fields in the
/// order in which they come first, lists give `names`, which may be empty otherwise. Throws InvalidArgument
/// for no items, or for names that do not fit them.
Schema schema_of(std::span<const Item> items, const std::vector<std::string>& names = {});

}  // namespace bag

/// A bag whose partitions are delayed vectors, computed together: what they share is computed once.
template <class T>
Bag<T> from_delayed(const std::vector<Delayed<std::vector<T>>>& partitions) {
  return Bag<T>(bag::from_delayed(delayed_nodes(partitions)));
}

template <class T>
std::vector<Delayed<std::vector<T>>> Bag<T>::to_delayed() const {
  const bag::NodePtr vectors = bag::each("to_delayed",
                                         [](std::span<const Value> inputs, std::size_t, TaskContext&) {
                                           return bag::make_partition<T>(items_of(inputs[0]));
                                         },
                                         {node_});
  std::vector<Delayed<std::vector<T>>> partitions;
  for (DelayedNodePtr& partition : bag::to_delayed(vectors)) partitions.emplace_back(std::move(partition));
  return partitions;
}

template <class T>
DataFrame Bag<T>::to_dataframe(const Schema& schema) const
  requires std::same_as<T, Item>
{
  return bag::to_dataframe(node_, schema);
}

template <class T>
DataFrame Bag<T>::to_dataframe(const std::vector<std::string>& columns, const ComputeOptions& options) const
  requires std::same_as<T, Item>
{
  constexpr std::size_t kLookedAt = 1000;
  const std::vector<Item> first = take(kLookedAt, num_partitions(), options);
  return bag::to_dataframe(node_, bag::schema_of(first, columns));
}

}  // namespace treadle

#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "treadle/codecs.h"
#include "treadle/item.h"
#include "treadle/task_context.h"
#include "treadle/text_items.h"
#include "treadle/value.h"

// How a partition of a Bag<T> lies in a Value: as std::vector<T>; texts also as TextItems, and texts with
// their counts as TextCounts.
namespace treadle::bag {

/// Calls `use(item)` for each item of a partition; the reference dies with the call.
template <class T, class Use>
void for_each_item(const Value& partition, Use&& use) {
  if constexpr (std::is_same_v<T, std::string>) {
    if (partition.holds<TextItems>()) {
      const auto& items = partition.get<TextItems>();
      std::string text;
      for (std::size_t i = 0; i < items.size(); ++i) {
        text.assign(items[i]);
        use(std::as_const(text));
      }
      return;
    }
  }
  if constexpr (std::is_same_v<T, std::pair<std::string, std::int64_t>>) {
    if (partition.holds<TextCounts>()) {
      const auto& items = partition.get<TextCounts>();
      for (std::size_t i = 0; i < items.counts.size(); ++i) {
        use(T(std::string(items.texts[i]), items.counts[i]));
      }
      return;
    }
  }
  for (const T& item : partition.get<std::vector<T>>()) use(item);
}

/// The items as a Value; what has no Codec stays in this process.
template <class T>
Value make_partition(std::vector<T> items) {
  items.shrink_to_fit();
  if constexpr (Movable<T>) {
    return Value::of(std::move(items));
  } else {
    const std::size_t nbytes = sizeof items + items.capacity() * sizeof(T);
    return Value::pinned(std::move(items), nbytes);
  }
}

/// An item for messages; empty where it has no text of its own.
template <class T>
std::string text_of_item(const T& item) {
  if constexpr (std::is_same_v<T, Item>) {
    return item.to_json();
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return '"' + std::string(std::string_view(item)) + '"';
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(item);
  } else {
    return {};
  }
}

/// Throws what a user's function threw, nested in a std::runtime_error that says which item it was given.
/// Called while the exception is being handled.
[[noreturn]] void throw_at_item(std::size_t index, std::size_t partition, const std::string& item);

/// Calls `use(item)` for each, as for_each_item() does; says which item it threw for, and ends when the run
/// is cancelled.
template <class T, class Use>
void for_each_item_watched(const Value& items, std::size_t partition, TaskContext& context, Use&& use) {
  std::size_t index = 0;
  for_each_item<T>(items, [&](const T& item) {
    if (index % 1024 == 0) context.check_stopped();
    try {
      use(item);
    } catch (...) {
      throw_at_item(index, partition, text_of_item(item));
    }
    ++index;
  });
}

}  // namespace treadle::bag

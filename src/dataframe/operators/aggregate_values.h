#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/column.h"
#include "columnar/type_dispatch.h"

// How aggregates read the values of a column and write theirs.
namespace treadle::dataframe {

/// Calls `use(i, value)` for each of `count` rows from `begin` on that is not null. T is the type values are
/// stored as; bool for bits.
template <class T, class Use>
void for_each_value(const columnar::Column& column, std::int64_t begin, std::size_t count, Use&& use) {
  const auto value_at = [&, values = column.values_as<T>() +
                                     (std::is_same_v<T, bool> ? 0 : begin)](std::size_t i) {
    if constexpr (std::is_same_v<T, bool>) {
      return columnar::get_bit(reinterpret_cast<const std::uint8_t*>(values),
                               begin + static_cast<std::int64_t>(i));
    } else {
      return values[i];
    }
  };
  if (column.has_no_nulls()) {
    for (std::size_t i = 0; i < count; ++i) use(i, value_at(i));
    return;
  }
  const std::uint8_t* valid = column.validity()->data();
  for (std::size_t i = 0; i < count; ++i) {
    if (columnar::get_bit(valid, begin + static_cast<std::int64_t>(i))) use(i, value_at(i));
  }
}

/// visit_number(), and bool as bits.
template <class F>
decltype(auto) visit_number_or_bool(TypeId id, F&& f) {
  if (id == TypeId::kBool) return f(columnar::TypeTag<bool>{});
  return columnar::visit_number(id, std::forward<F>(f));
}

/// A column without nulls of what `value(group)` answers for each group.
template <class T, class Value>
columnar::Column make_column(DataType type, std::span<const std::uint32_t> groups, Value&& value) {
  BufferBuilder values(groups.size() * sizeof(T));
  T* out = values.as<T>();
  for (std::size_t i = 0; i < groups.size(); ++i) out[i] = static_cast<T>(value(groups[i]));
  return {std::move(type),
          columnar::Layout::kPlain,
          static_cast<std::int64_t>(groups.size()),
          nullptr,
          values.finish(),
          {},
          0};
}

/// The same, null where `valid(group)` is false.
template <class T, class Value, class Valid>
columnar::Column make_column(DataType type, std::span<const std::uint32_t> groups, Value&& value,
                             Valid&& valid) {
  const auto some = [&](std::uint32_t group) { return valid(group) ? static_cast<T>(value(group)) : T{}; };
  columnar::Column values = make_column<T>(type, groups, some);
  if (std::all_of(groups.begin(), groups.end(), valid)) return values;
  BufferPtr bits = columnar::bits_from_rows(
      values.length(), [&](std::int64_t i) { return valid(groups[static_cast<std::size_t>(i)]); });
  return {std::move(type), columnar::Layout::kPlain, values.length(), std::move(bits), values.values()};
}

}  // namespace treadle::dataframe

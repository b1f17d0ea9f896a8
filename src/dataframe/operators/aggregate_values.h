#pragma once

#include <cstdint>
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

/// A column of what `value(group)` answers for each group; null where `valid(group)` is false.
template <class T, class Value, class Valid>
columnar::Column make_column(DataType type, std::span<const std::uint32_t> groups, Value&& value,
                             Valid&& valid) {
  columnar::FixedBuilder<T> builder;
  builder.reserve(static_cast<std::int64_t>(groups.size()));
  for (const std::uint32_t group : groups) {
    if (valid(group)) {
      builder.append(static_cast<T>(value(group)));
    } else {
      builder.append_null();
    }
  }
  return builder.finish(std::move(type));
}

/// A column without nulls.
template <class T, class Value>
columnar::Column make_column(DataType type, std::span<const std::uint32_t> groups, Value&& value) {
  BufferBuilder values(groups.size() * sizeof(T));
  for (std::size_t i = 0; i < groups.size(); ++i) values.as<T>()[i] = static_cast<T>(value(groups[i]));
  return {std::move(type),
          columnar::Layout::kPlain,
          static_cast<std::int64_t>(groups.size()),
          nullptr,
          values.finish(),
          {},
          0};
}

}  // namespace treadle::dataframe

#include "dataframe/operators/row_compare.h"

#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/type_dispatch.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

template <class T>
int compare(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return static_cast<int>(a != a) - static_cast<int>(b != b);
  }
  return static_cast<int>(b < a) - static_cast<int>(a < b);
}

int compare_values(const Column& a, std::int64_t row_a, const Column& b, std::int64_t row_b) {
  if (a.type().id() == TypeId::kNull) return 0;
  if (columnar::is_text(a.type())) return a.text(row_a).compare(b.text(row_b));
  if (a.type().id() == TypeId::kBool) {
    return compare<int>(columnar::get_bit(a.values()->data(), row_a),
                        columnar::get_bit(b.values()->data(), row_b));
  }
  return columnar::visit_fixed_width(a.type().id(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    return compare(a.values_as<T>()[row_a], b.values_as<T>()[row_b]);
  });
}

int compare_column(const Column& a, std::int64_t row_a, const Column& b, std::int64_t row_b,
                   const columnar::SortKey& key) {
  const bool valid_a = a.is_valid(row_a), valid_b = b.is_valid(row_b);
  if (!valid_a || !valid_b) {
    const int nulls = static_cast<int>(valid_a) - static_cast<int>(valid_b);
    return key.nulls_first ? nulls : -nulls;
  }
  const int order = compare_values(a, row_a, b, row_b);
  return key.descending ? -order : order;
}

}  // namespace

columnar::Column rows_up_to(const Column& column, const Column& bound, const columnar::SortKey& key) {
  const std::int64_t length = column.length();
  const auto mask = [&](auto keeps) {
    const bool all_valid = column.has_no_nulls();
    BufferPtr bits = columnar::bits_from_rows(length, [&](std::int64_t row) {
      return all_valid || column.is_valid(row) ? keeps(row) : key.nulls_first || !bound.is_valid(0);
    });
    return Column(TypeId::kBool, columnar::Layout::kPlain, length, nullptr, std::move(bits));
  };
  if (!bound.is_valid(0)) return mask([&](std::int64_t) { return !key.nulls_first; });
  const int sign = key.descending ? -1 : 1;
  const TypeId id = column.type().id();
  if (columnar::is_text(column.type()) || id == TypeId::kBool || id == TypeId::kNull) {
    return mask([&](std::int64_t row) { return sign * compare_values(column, row, bound, 0) <= 0; });
  }
  return columnar::visit_fixed_width(id, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* values = column.values_as<T>();
    const T last = bound.values_as<T>()[0];
    return mask([=](std::int64_t row) { return sign * compare(values[row], last) <= 0; });
  });
}

int compare_rows(const columnar::Batch& a, std::int64_t row_a, const columnar::Batch& b, std::int64_t row_b,
                 std::span<const columnar::SortKey> keys) {
  for (const columnar::SortKey& key : keys) {
    const int order = compare_column(a.column(key.column), row_a, b.column(key.column), row_b, key);
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace treadle::dataframe

#include "dataframe/operators/run_starts.h"

#include <algorithm>
#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/row_compare.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

template <class T>
bool differ(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a && b != b) return false;
  }
  return a != b;
}

template <class Differs>
void mark(const Column& column, std::vector<std::uint8_t>& starts, Differs differs) {
  const bool all_valid = column.has_no_nulls();
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    const bool valid = all_valid || column.is_valid(row);
    const bool valid_before = all_valid || column.is_valid(row - 1);
    if (valid != valid_before || (valid && differs(row - 1, row))) starts[i] = 1;
  }
}

/// Marks the rows in which a column has another value than in the row before.
void mark_changes(const Column& column, std::vector<std::uint8_t>& starts) {
  const TypeId id = column.type().id();
  if (id == TypeId::kNull || column.values() == nullptr) return;
  if (columnar::is_text(column.type())) {
    mark(column, starts, [&](std::int64_t a, std::int64_t b) { return column.text(a) != column.text(b); });
  } else if (id == TypeId::kBool) {
    const std::uint8_t* bits = column.values()->data();
    mark(column, starts, [=](std::int64_t a, std::int64_t b) {
      return columnar::get_bit(bits, a) != columnar::get_bit(bits, b);
    });
  } else {
    columnar::visit_fixed_width(id, [&](auto tag) {
      const auto* values = column.values_as<typename decltype(tag)::type>();
      mark(column, starts, [=](std::int64_t a, std::int64_t b) { return differ(values[a], values[b]); });
    });
  }
}

}  // namespace

std::vector<std::uint8_t> RunStarts::of(const Batch& batch, bool backward) {
  std::vector<std::uint8_t> starts(static_cast<std::size_t>(batch.num_rows()), 0);
  if (keys_.empty() || starts.empty()) return starts;
  for (const std::size_t key : keys_) mark_changes(batch.column(key), starts);
  if (backward) {
    // A row differs from the one before it as that one does from it.
    std::reverse(starts.begin(), starts.end());
    std::rotate(starts.rbegin(), starts.rbegin() + 1, starts.rend());
    starts[0] = 0;
  }
  if (before_) {
    std::vector<columnar::SortKey> keys;
    for (const std::size_t key : keys_) keys.push_back({key, false, false});
    const std::int64_t first = backward ? batch.num_rows() - 1 : 0;
    starts[0] = compare_rows(*before_, 0, batch, first, keys) != 0 ? 1 : 0;
  }
  before_ = columnar::take(batch, std::vector<std::int64_t>{backward ? 0 : batch.num_rows() - 1});
  return starts;
}

}  // namespace treadle::dataframe

#include "dataframe/operators/sliding_frame.h"

#include <algorithm>
#include <array>
#include <deque>
#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/decimal.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

/// Rows of a column: [begin, end).
struct Rows {
  std::int64_t begin;
  std::int64_t end;
};

// How many values before each row are not null.
std::vector<std::int64_t> counts_before(const Column& column) {
  std::vector<std::int64_t> counts = {0};
  for (std::int64_t row = 0; row < column.length(); ++row) {
    counts.push_back(counts.back() + (column.is_valid(row) ? 1 : 0));
  }
  return counts;
}

Column count(const Column& column, const std::vector<Rows>& frames) {
  const std::vector<std::int64_t> before = counts_before(column);
  columnar::FixedBuilder<std::int64_t> result;
  for (const Rows& rows : frames) {
    result.append(before[static_cast<std::size_t>(rows.end)] - before[static_cast<std::size_t>(rows.begin)]);
  }
  return result.finish(TypeId::kInt64);
}

template <class T>
void check_sum(T sum, const DataType& type) {
  if constexpr (std::is_same_v<T, columnar::int128_t>) {
    if (!columnar::fits_precision(sum, type.precision()))
      throw InvalidArgument("a sum of decimals over a window has more digits than " + type.to_string());
  }
}

// Each frame by itself, in the order of its rows: what leaves a frame leaves no rounding behind.
template <class T>
Column sum(const Column& column, const std::vector<Rows>& frames) {
  // Integers wrap, which signed ones may not in C++.
  using Sum = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;
  const T* values = column.values_as<T>();
  columnar::FixedBuilder<T> result;
  for (const Rows& rows : frames) {
    bool any = false;
    Sum total{};
    for (std::int64_t row = rows.begin; row < rows.end; ++row) {
      if (!column.is_valid(row)) continue;
      total = any ? static_cast<Sum>(total + static_cast<Sum>(values[row])) : static_cast<Sum>(values[row]);
      any = true;
    }
    if (any) {
      check_sum(static_cast<T>(total), column.type());
      result.append(static_cast<T>(total));
    } else {
      result.append_null();
    }
  }
  return result.finish(column.type());
}

template <class Before>
std::vector<std::int64_t> extremes(const Column& column, const std::vector<Rows>& frames, Before before) {
  std::vector<std::int64_t> found;
  std::deque<std::int64_t> candidates;  // each comes behind those before it and is beaten by them
  std::int64_t next = 0;
  for (const Rows& rows : frames) {
    for (next = std::max(next, rows.begin); next < rows.end; ++next) {
      if (!column.is_valid(next)) continue;
      while (!candidates.empty() && before(next, candidates.back())) candidates.pop_back();
      candidates.push_back(next);
    }
    while (!candidates.empty() && candidates.front() < rows.begin) candidates.pop_front();
    found.push_back(candidates.empty() ? -1 : candidates.front());
  }
  return found;
}

std::vector<std::int64_t> extremes(const Column& column, const std::vector<Rows>& frames, bool largest) {
  const auto ordered = [&](auto less) {
    return extremes(column, frames,
                    [&](std::int64_t a, std::int64_t b) { return largest ? less(b, a) : less(a, b); });
  };
  if (columnar::is_text(column.type())) {
    return ordered([&](std::int64_t a, std::int64_t b) { return column.text(a) < column.text(b); });
  }
  if (column.type().id() == TypeId::kNull) return std::vector<std::int64_t>(frames.size(), -1);
  if (column.type().id() == TypeId::kBool) {
    const std::uint8_t* bits = column.values()->data();
    return ordered([=](std::int64_t a, std::int64_t b) {
      return !columnar::get_bit(bits, a) && columnar::get_bit(bits, b);
    });
  }
  return columnar::visit_fixed_width(column.type().id(), [&](auto tag) {
    const auto* values = column.values_as<typename decltype(tag)::type>();
    return ordered([=](std::int64_t a, std::int64_t b) { return values[a] < values[b]; });
  });
}

Column over(const WindowColumn& window, const Column& column, const std::vector<Rows>& frames) {
  std::vector<std::int64_t> chosen;
  switch (window.kind) {
    case WindowKind::kCount:
      return count(column, frames);
    case WindowKind::kSum:
      return columnar::visit_fixed_width(
          column.type().id(), [&](auto tag) { return sum<typename decltype(tag)::type>(column, frames); });
    case WindowKind::kMin:
    case WindowKind::kMax:
      return columnar::take(column, extremes(column, frames, window.kind == WindowKind::kMax));
    case WindowKind::kFirst:
      for (const Rows& rows : frames) chosen.push_back(rows.begin < rows.end ? rows.begin : -1);
      return columnar::take(column, chosen);
    case WindowKind::kLast:
      for (const Rows& rows : frames) chosen.push_back(rows.begin < rows.end ? rows.end - 1 : -1);
      return columnar::take(column, chosen);
    default:
      throw InternalError("a window column without a sliding frame");
  }
}

}  // namespace

Column SlidingFrame::next(const Column& values, std::span<const std::uint8_t> starts, const Column& following,
                          std::span<const std::uint8_t> following_starts) {
  std::vector<Column> parts;
  for (const Column& part : {before_, values, following}) {
    if (part.length() != 0) parts.push_back(part);
  }
  if (values.length() == 0) return values;
  const Column joined = parts.size() == 1 ? parts[0] : columnar::concatenate(parts);
  const std::int64_t offset = before_.length(), length = values.length(), end = joined.length();
  // The end of each row's group, from the last row to the first.
  std::vector<std::int64_t> group_ends(static_cast<std::size_t>(length));
  std::int64_t group_end = end;
  for (std::int64_t row = end - 1; row >= offset; --row) {
    const auto place = static_cast<std::size_t>(row - offset);
    if (row < offset + length) group_ends[place] = group_end;
    const bool starts_here =
        place < starts.size() ? starts[place] != 0 : following_starts[place - starts.size()] != 0;
    if (starts_here) group_end = row;
  }
  std::vector<Rows> frames;
  for (std::int64_t i = 0; i < length; ++i) {
    const auto place = static_cast<std::size_t>(i);
    number_ = starts[place] != 0 ? 0 : number_ + 1;
    const std::int64_t row = offset + i, group_begin = std::max<std::int64_t>(row - number_, 0);
    const std::int64_t last = std::min(row + *column_.frame.last + 1, group_ends[place]);
    const std::int64_t first = std::max(row + *column_.frame.first, group_begin);
    frames.push_back({std::min(first, std::max(last, group_begin)), std::max(last, group_begin)});
  }
  Column result = over(column_, joined, frames);
  const std::int64_t wanted = std::max<std::int64_t>(0, -*column_.frame.first);
  std::vector<std::int64_t> kept;
  for (std::int64_t row = std::max<std::int64_t>(0, offset + length - wanted); row < offset + length; ++row) {
    kept.push_back(row);
  }
  before_ = columnar::take(joined, kept);
  return result;
}

}  // namespace treadle::dataframe

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "columnar/text_reader.h"
#include "columnar/type_dispatch.h"
#include "memory/block.h"
#include "treadle/error.h"

// Sorting goes key by key. A key's values become 64-bit ranks that compare as the values do (for long text:
// as its first eight bytes do); rows are sorted by rank, runs of equal values by the next key. Nothing ever
// compares whole rows.
namespace treadle::columnar {
namespace {

struct Ranked {
  std::uint64_t rank;
  std::int64_t row;
};

// 16 bytes a row, twice: given back to the system at once.
using RankedRows = std::vector<Ranked, BlockAllocator<Ranked>>;
using RankedSpan = std::span<Ranked>;
using Rows = std::span<std::int64_t>;

// So few rows are sorted where they lie, without memory of their own.
constexpr std::size_t kFewRows = 32;

constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

template <class T>
std::uint64_t rank_of(T value) {
  if constexpr (std::is_same_v<T, int128_t>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value >> 64)) ^ kSign;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return UINT64_MAX;
    const double wide = value == 0 ? 0.0 : static_cast<double>(value);
    const auto bits = std::bit_cast<std::uint64_t>(wide);
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)) ^ kSign;
  } else {
    return value;
  }
}

std::uint64_t rank_of(std::string_view text) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text.data(), std::min<std::size_t>(text.size(), 8));
  return __builtin_bswap64(bytes);
}

void insertion_sort(RankedSpan items) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Ranked item = items[i];
    std::size_t at = i;
    for (; at > 0 && item.rank < items[at - 1].rank; --at) items[at] = items[at - 1];
    items[at] = item;
  }
}

/// How often each byte of the ranks has each value.
using ByteCounts = std::array<std::array<std::uint32_t, 256>, 8>;

ByteCounts count_bytes(RankedSpan items) {
  ByteCounts counts{};
  for (const Ranked& item : items) {
    for (std::size_t byte = 0; byte < 8; ++byte) ++counts[byte][(item.rank >> (byte * 8)) & 255];
  }
  return counts;
}

/// By these bytes, least significant first.
void sort_by_bytes(RankedSpan items, std::span<const std::size_t> bytes, ByteCounts& counts) {
  RankedRows memory(items.size());
  RankedSpan from = items, to = memory;
  for (const std::size_t byte : bytes) {
    auto& count = counts[byte];
    std::exclusive_scan(count.begin(), count.end(), count.begin(), 0U);
    for (const Ranked& item : from) to[count[(item.rank >> (byte * 8)) & 255]++] = item;
    std::swap(from, to);
  }
  if (from.data() != items.data()) std::copy(from.begin(), from.end(), items.begin());
}

void sort_by_rank(RankedSpan items);

/// By the upper bytes in which ranks differ. What these leave together, little of random values, is sorted by
/// itself: half the passes over all of it.
void radix_sort(RankedSpan items) {
  constexpr std::size_t kPasses = 4;
  ByteCounts counts = count_bytes(items);
  std::vector<std::size_t> bytes;  // that differ
  for (std::size_t byte = 0; byte < 8; ++byte) {
    if (counts[byte][(items[0].rank >> (byte * 8)) & 255] != items.size()) bytes.push_back(byte);
  }
  const std::size_t left = bytes.size() - std::min(kPasses, bytes.size());
  sort_by_bytes(items, std::span(bytes).subspan(left), counts);
  if (left == 0) return;
  const std::size_t shift = bytes[left] * 8;
  for (std::size_t begin = 0, end = 0; begin < items.size(); begin = end) {
    end = begin + 1;
    while (end < items.size() && items[end].rank >> shift == items[begin].rank >> shift) ++end;
    if (end - begin > 1) sort_by_rank(items.subspan(begin, end - begin));
  }
}

/// Equal ranks stay in their order.
void sort_by_rank(RankedSpan items) {
  constexpr std::size_t kRadixPays = 2048;
  if (items.size() <= kFewRows) return insertion_sort(items);
  if (items.size() >= kRadixPays && items.size() < UINT32_MAX) return radix_sort(items);
  std::stable_sort(items.begin(), items.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
}

/// One column of the sort: ranks, and what decides between equal ones.
class KeyColumn {
 public:
  KeyColumn(const Column& column, const SortKey& key) : column_(column), key_(key) {
    if (column.type().is_nested()) {
      throw TypeError("a sort needs a column of numbers, text, dates or bools; found " +
                      column.type().to_string());
    }
    if (column.layout() == Layout::kDictionary) rank_dictionary();
  }

  const SortKey& key() const noexcept { return key_; }
  bool is_valid(std::int64_t row) const noexcept { return column_.is_valid(row); }
  /// Whether equal ranks can hide different values.
  bool approximate() const noexcept {
    return column_.type().id() == TypeId::kDecimal128 ||
           (is_text(column_.type()) && column_.layout() != Layout::kDictionary);
  }
  bool less(std::int64_t a, std::int64_t b) const {
    if (key_.descending) std::swap(a, b);
    if (is_text(column_.type())) return column_.text(a) < column_.text(b);
    return column_.values_as<int128_t>()[a] < column_.values_as<int128_t>()[b];
  }

  bool has_no_nulls() const noexcept { return column_.has_no_nulls(); }

  /// The ranks of `rows`, into as many places.
  void rank(Rows rows, RankedSpan out) const {
    const std::uint64_t flip = key_.descending ? UINT64_MAX : 0;
    const auto fill = [&](auto value_rank) {
      for (std::size_t i = 0; i < rows.size(); ++i) out[i] = {value_rank(rows[i]) ^ flip, rows[i]};
    };
    if (column_.layout() == Layout::kDictionary) {
      const auto* codes = column_.values_as<std::int32_t>();
      fill([&](std::int64_t row) { return dictionary_ranks_[static_cast<std::size_t>(codes[row])]; });
    } else if (is_text(column_.type())) {
      visit_text(column_,
                 [&](const auto& text) { fill([&](std::int64_t row) { return rank_of(text[row]); }); });
    } else if (column_.type().id() == TypeId::kBool) {
      fill([&](std::int64_t row) { return std::uint64_t{get_bit(column_.values()->data(), row)}; });
    } else {
      visit_fixed_width(column_.type().id(), [&](auto tag) {
        const auto* values = column_.values_as<typename decltype(tag)::type>();
        fill([&](std::int64_t row) { return rank_of(values[row]); });
      });
    }
  }

 private:
  void rank_dictionary() {
    const Column& values = *column_.dictionary();
    std::vector<std::int64_t> order(static_cast<std::size_t>(values.length()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::int64_t a, std::int64_t b) { return values.text(a) < values.text(b); });
    dictionary_ranks_.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) dictionary_ranks_[static_cast<std::size_t>(order[i])] = i;
  }

  const Column& column_;
  SortKey key_;
  std::vector<std::uint64_t> dictionary_ranks_;
};

class Sorter {
 public:
  explicit Sorter(const std::vector<KeyColumn>& keys) : keys_(keys) {}

  /// Sorts rows that are equal in all keys before `depth`.
  void sort(Rows rows, std::size_t depth) {
    if (rows.size() < 2 || depth == keys_.size()) return;
    const KeyColumn& key = keys_[depth];
    if (key.has_no_nulls()) return sort_values(rows, depth);
    // Nulls first: front holds the nulls; else front holds the values.
    const auto middle = std::stable_partition(rows.begin(), rows.end(), [&](std::int64_t row) {
      return key.is_valid(row) != key.key().nulls_first;
    });
    const auto split = static_cast<std::size_t>(middle - rows.begin());
    const Rows front = rows.first(split), back = rows.subspan(split);
    sort(key.key().nulls_first ? front : back, depth + 1);
    sort_values(key.key().nulls_first ? back : front, depth);
  }

 private:
  void sort_values(Rows rows, std::size_t depth) {
    if (rows.size() < 2) return;
    const KeyColumn& key = keys_[depth];
    if (rows.size() <= kFewRows) {
      std::array<Ranked, kFewRows> few;  // NOLINT(*-member-init): written before it is read
      const RankedSpan items = std::span(few).first(rows.size());
      key.rank(rows, items);
      insertion_sort(items);
      return take_order(items, rows, depth);
    }
    RankedRows items(rows.size());
    key.rank(rows, items);
    sort_by_rank(items);
    take_order(items, rows, depth);
  }

  /// Brings `rows` in the order of `items`, and those of equal rank in that of what decides then.
  void take_order(RankedSpan items, Rows rows, std::size_t depth) {
    const KeyColumn& key = keys_[depth];
    for (std::size_t i = 0; i < items.size(); ++i) rows[i] = items[i].row;
    if (!key.approximate() && depth + 1 == keys_.size()) return;
    for_each_run(
        items.size(), [&](std::size_t a, std::size_t b) { return items[a].rank == items[b].rank; },
        [&](std::size_t begin, std::size_t end) { finish_run(rows.subspan(begin, end - begin), depth); });
  }

  /// Rows of equal rank.
  void finish_run(Rows rows, std::size_t depth) {
    const KeyColumn& key = keys_[depth];
    if (!key.approximate()) return sort(rows, depth + 1);
    std::stable_sort(rows.begin(), rows.end(),
                     [&](std::int64_t a, std::int64_t b) { return key.less(a, b); });
    if (depth + 1 == keys_.size()) return;
    for_each_run(
        rows.size(), [&](std::size_t a, std::size_t b) { return !key.less(rows[a], rows[b]); },
        [&](std::size_t begin, std::size_t end) { sort(rows.subspan(begin, end - begin), depth + 1); });
  }

  /// Calls run(begin, end) for each stretch of at least two neighbours that are equal.
  template <class Equal, class Run>
  static void for_each_run(std::size_t size, const Equal& equal, const Run& run) {
    for (std::size_t begin = 0, end = 0; begin < size; begin = end) {
      end = begin + 1;
      while (end < size && equal(end - 1, end)) ++end;
      if (end - begin > 1) run(begin, end);
    }
  }

  const std::vector<KeyColumn>& keys_;
};

}  // namespace

SortRanks sort_ranks(const Column& column, const SortKey& key) {
  const std::uint64_t flip = key.descending ? UINT64_MAX : 0, of_null = key.nulls_first ? 0 : UINT64_MAX;
  SortRanks result{std::vector<std::uint64_t>(static_cast<std::size_t>(column.length()), of_null), true};
  const auto fill = [&](auto value_rank) {
    for (std::size_t i = 0; i < result.ranks.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      if (!column.is_valid(row)) continue;
      result.ranks[i] = value_rank(row) ^ flip;
      // A value that cannot be told from null.
      result.decide &= result.ranks[i] != of_null;
    }
  };
  const TypeId type = column.type().id();
  if (type == TypeId::kNull) return result;
  if (is_text(column.type())) {
    fill([&](std::int64_t row) { return rank_of(column.text(row)); });
  } else if (type == TypeId::kBool) {
    fill([&](std::int64_t row) { return std::uint64_t{get_bit(column.values()->data(), row)}; });
  } else {
    visit_fixed_width(type, [&](auto tag) {
      const auto* values = column.values_as<typename decltype(tag)::type>();
      fill([&](std::int64_t row) { return rank_of(values[row]); });
    });
  }
  result.decide &= !is_text(column.type()) && type != TypeId::kDecimal128;
  return result;
}

std::vector<std::int64_t> sort_order(const Batch& batch, std::span<const SortKey> keys) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(batch.num_rows()));
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<KeyColumn> columns;
  columns.reserve(keys.size());
  for (const SortKey& key : keys) columns.emplace_back(batch.column(key.column), key);
  Sorter(columns).sort(rows, 0);
  return rows;
}

}  // namespace treadle::columnar

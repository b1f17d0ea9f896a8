#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include "columnar/text_reader.h"
#include "dataframe/operators/aggregate_state.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_texts.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

template <class T>
constexpr T worst_min() {
  return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                              : std::numeric_limits<T>::max();
}
template <class T>
constexpr T worst_max() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                              : std::numeric_limits<T>::lowest();
}

// Whether `value` replaces `best`. NaN is replaced by any number and replaces none: it is the answer only if
// all are NaN.
template <class T>
bool replaces(bool min, T value, T best) {
  if constexpr (std::is_floating_point_v<T>) {
    if (best != best) return value == value;
  }
  return min ? value < best : best < value;
}

// The least or greatest of `count` values, in eight lanes that vectorise. Which of two zeros a lane keeps
// depends on where it begins; finish() makes them one.
template <bool kMin, class T>
T extreme_of(const T* values, std::size_t count) {
  constexpr T kWorst = kMin ? worst_min<T>() : worst_max<T>();
  std::array<T, 8> best;
  best.fill(kWorst);
  bool any = !std::is_floating_point_v<T>;
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t lane = 0; lane < 8; ++lane) {
      const T value = values[i + lane];
      const bool better = kMin ? value < best[lane] : best[lane] < value;
      best[lane] = better ? value : best[lane];
      any |= value == value;
    }
  }
  for (; i < count; ++i) {
    best[0] = (kMin ? values[i] < best[0] : best[0] < values[i]) ? values[i] : best[0];
    any |= values[i] == values[i];
  }
  if (!any) return values[0];
  return kMin ? *std::min_element(best.begin(), best.end()) : *std::max_element(best.begin(), best.end());
}

template <class T>
class ExtremeState final : public AggregateState {
 public:
  ExtremeState(DataType type, bool min) : type_(std::move(type)), min_(min) {}
  std::vector<DataType> state_types() const override { return {type_}; }
  void resize(std::size_t num_groups) override {
    best_.resize(num_groups);
    seen_.resize(num_groups);
  }
  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    min_ ? add<true>(values, begin, groups) : add<false>(values, begin, groups);
  }
  void update_sole(const Column& values, std::int64_t begin, std::size_t count, std::uint64_t row) override {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      if (values.has_no_nulls() && count != 0) {
        const T best = min_ ? extreme_of<true>(values.values_as<T>() + begin, count)
                            : extreme_of<false>(values.values_as<T>() + begin, count);
        if (seen_[0] == 0 || replaces(min_, best, best_[0])) best_[0] = best;
        seen_[0] = 1;
        return;
      }
    }
    AggregateState::update_sole(values, begin, count, row);
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    update(partial[0], begin, groups);
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  Column finish(std::span<const std::uint32_t> groups) const override {
    const auto seen = [&](std::uint32_t group) { return seen_[group] != 0; };
    if constexpr (std::is_same_v<T, bool>) {
      columnar::BoolBuilder builder;
      for (const std::uint32_t group : groups) {
        seen(group) ? builder.append(best_[group] != 0) : builder.append_null();
      }
      return builder.finish();
    } else {
      // -0.0 + 0 is 0.0; nothing else changes.
      return make_column<T>(
          type_, groups, [&](std::uint32_t group) { return best_[group] + Stored{0}; }, seen);
    }
  }
  void clear() override {
    best_.clear();
    seen_.clear();
  }
  std::size_t bytes_with(std::size_t num_groups) const override {
    return best_.bytes_with(num_groups) + seen_.bytes_with(num_groups);
  }

 private:
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

  template <bool kMin>
  void add(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) {
    for_each_value<T>(values, begin, groups.size(), [&](std::size_t i, T value) {
      const std::uint32_t group = groups[i];
      const auto stored = static_cast<Stored>(value);
      const bool take = seen_[group] == 0 || replaces(kMin, stored, best_[group]);
      best_[group] = take ? stored : best_[group];
      seen_[group] = 1;
    });
  }

  DataType type_;
  bool min_;
  GroupArray<Stored> best_;
  GroupArray<std::uint8_t> seen_;
};

/// A text's first eight bytes as a number, which compares as they do.
std::uint64_t head_of(std::string_view text) {
  std::uint64_t bytes = 0;
  if (!text.empty()) std::memcpy(&bytes, text.data(), std::min<std::size_t>(text.size(), sizeof bytes));
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
  return bytes;
}

// Most texts are told apart by their heads, which lie side by side: the best ones themselves are looked at
// only where those are equal, or a better one comes.
class TextExtremeState final : public AggregateState {
 public:
  TextExtremeState(DataType type, bool min) : type_(std::move(type)), min_(min) {}
  std::vector<DataType> state_types() const override { return {type_}; }
  void resize(std::size_t num_groups) override {
    best_.resize(num_groups);
    // No text is worse.
    heads_.resize(num_groups, min_ ? UINT64_MAX : 0);
  }
  void update(const Column& values, std::int64_t begin, std::span<const std::uint32_t> groups) override {
    const bool all_valid = values.has_no_nulls();
    columnar::visit_text(values, [&](const auto& texts) {
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const std::int64_t row = begin + static_cast<std::int64_t>(i);
        if (all_valid || values.is_valid(row)) add(groups[i], texts[row]);
      }
    });
  }
  void merge(std::span<const Column> partial, std::int64_t begin,
             std::span<const std::uint32_t> groups) override {
    update(partial[0], begin, groups);
  }
  void write(std::span<const std::uint32_t> groups, std::vector<Column>& partial) const override {
    partial.push_back(finish(groups));
  }
  Column finish(std::span<const std::uint32_t> groups) const override { return best_.values(type_, groups); }
  void clear() override {
    best_.clear();
    heads_.clear();
  }
  std::size_t bytes_with(std::size_t num_groups) const override {
    return best_.bytes_with(num_groups) + heads_.bytes_with(num_groups);
  }
  std::size_t value_bytes() const override { return best_.live_bytes(); }

 private:
  void add(std::uint32_t group, std::string_view text) {
    const std::uint64_t head = head_of(text);
    std::uint64_t& best = heads_[group];
    if (min_ ? head > best : head < best) return;
    // char_traits compares bytes as unsigned, which is the order of UTF-8.
    if (head == best && best_.has(group) && !replaces(min_, text, best_.text(group))) return;
    best = head;
    best_.set(group, text);
  }

  DataType type_;
  bool min_;
  GroupTexts best_;
  GroupArray<std::uint64_t> heads_;  // of the best
};

}  // namespace

std::unique_ptr<AggregateState> make_extreme_state(const AggregateSpec& spec, const DataType& input) {
  const bool min = spec.kind == AggregateKind::kMin;
  if (columnar::is_text(input)) return std::make_unique<TextExtremeState>(input, min);
  if (input.id() == TypeId::kBool) return std::make_unique<ExtremeState<bool>>(input, min);
  return columnar::visit_fixed_width(input.id(), [&](auto tag) -> std::unique_ptr<AggregateState> {
    return std::make_unique<ExtremeState<typename decltype(tag)::type>>(input, min);
  });
}

}  // namespace treadle::dataframe

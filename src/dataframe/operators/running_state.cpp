#include "dataframe/operators/running_state.h"

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "columnar/builder.h"
#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/copy_state.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

struct Add {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
    } else {
      return a + b;
    }
  }
};
struct Multiply {
  template <class T>
  T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      // Through 64 bits: narrower unsigned integers would become signed ones that overflow.
      return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    } else {
      return a * b;
    }
  }
};
struct Smaller {
  template <class T>
  T operator()(T a, T b) const {
    return b < a ? b : a;
  }
};
struct Larger {
  template <class T>
  T operator()(T a, T b) const {
    return a < b ? b : a;
  }
};

/// Values brought together with what all before them gave.
template <class T, class Combine>
class FoldState final : public RunningState {
 public:
  explicit FoldState(DataType type) : type_(std::move(type)) {}

  Column next(const Column& values, std::span<const std::uint8_t> starts) override {
    columnar::FixedBuilder<T> result;
    result.reserve(values.length());
    const T* in = values.values_as<T>();
    const bool all_valid = values.has_no_nulls();
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (starts[i] != 0) any_ = false;
      if (!all_valid && !values.is_valid(static_cast<std::int64_t>(i))) {
        result.append_null();
        continue;
      }
      so_far_ = any_ ? Combine()(so_far_, in[i]) : in[i];
      any_ = true;
      result.append(so_far_);
    }
    return result.finish(type_);
  }

 private:
  DataType type_;
  T so_far_{};
  bool any_ = false;
};

class NumberState final : public RunningState {
 public:
  Column next(const Column&, std::span<const std::uint8_t> starts) override {
    columnar::FixedBuilder<std::int64_t> result;
    result.reserve(static_cast<std::int64_t>(starts.size()));
    for (const std::uint8_t start : starts) {
      if (start != 0) number_ = 0;
      result.append(number_++);
    }
    return result.finish(TypeId::kInt64);
  }

 private:
  std::int64_t number_ = 0;
};

class PartitionState final : public RunningState {
 public:
  explicit PartitionState(const std::int64_t& partition) : partition_(partition) {}
  Column next(const Column&, std::span<const std::uint8_t> starts) override {
    columnar::FixedBuilder<std::int64_t> result;
    result.reserve(static_cast<std::int64_t>(starts.size()));
    for (std::size_t i = 0; i < starts.size(); ++i) result.append(partition_);
    return result.finish(TypeId::kInt64);
  }

 private:
  const std::int64_t& partition_;
};

class ShiftState final : public CopyState {
 public:
  explicit ShiftState(std::int64_t distance) : distance_(distance) {}

 private:
  std::int64_t source(const Column&, std::int64_t row, bool start) override {
    number_ = start ? 0 : number_ + 1;
    return number_ >= distance_ ? row - distance_ : -1;
  }
  std::vector<std::int64_t> keep(std::int64_t length) override {
    std::vector<std::int64_t> rows;
    for (std::int64_t row = std::max<std::int64_t>(0, length - distance_); row < length; ++row)
      rows.push_back(row);
    return rows;
  }

  std::int64_t distance_;
  std::int64_t number_ = -1;  // of the row in its run
};

class FillState final : public ChosenRowState {
 public:
  explicit FillState(std::int64_t limit) : limit_(limit) {}

 private:
  std::int64_t source(const Column& joined, std::int64_t row, bool start) override {
    if (start) chosen_ = -1;
    if (joined.is_valid(row)) {
      chosen_ = row;
      filled_ = 0;
      return row;
    }
    if (chosen_ < 0 || (limit_ >= 0 && filled_ >= limit_)) return -1;
    ++filled_;
    return chosen_;
  }

  std::int64_t limit_;
  std::int64_t filled_ = 0;  // how often the chosen row, the last that is not null, was copied
};

template <class Combine>
std::unique_ptr<RunningState> make_fold(const DataType& type) {
  return columnar::visit_fixed_width(type.id(), [&](auto tag) -> std::unique_ptr<RunningState> {
    return std::make_unique<FoldState<typename decltype(tag)::type, Combine>>(type);
  });
}

template <class Combine>
std::unique_ptr<RunningState> make_number_fold(const DataType& type) {
  return columnar::visit_number(type.id(), [&](auto tag) -> std::unique_ptr<RunningState> {
    return std::make_unique<FoldState<typename decltype(tag)::type, Combine>>(type);
  });
}

[[noreturn]] void refuse(const RunningColumn& column, const DataType& input, std::string_view wanted) {
  throw TypeError("running column \"" + column.name + "\": expected " + std::string(wanted) +
                  ", found column \"" + column.column + "\" of type " + input.to_string());
}

}  // namespace

Column CopyState::next(const Column& values, std::span<const std::uint8_t> starts) {
  const std::array<Column, 2> parts = {kept_, values};
  const Column joined = kept_.length() == 0 ? values : columnar::concatenate(parts);
  std::vector<std::int64_t> from(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    from[i] = source(joined, kept_.length() + static_cast<std::int64_t>(i), starts[i] != 0);
  }
  Column result = columnar::take(joined, from);
  kept_ = columnar::take(joined, keep(joined.length()));
  return result;
}

DataType running_type(const RunningColumn& column, const DataType& input) {
  const bool number = input.is_integer() || input.is_float();
  switch (column.kind) {
    case RunningKind::kNumber:
    case RunningKind::kPartition:
      return TypeId::kInt64;
    case RunningKind::kSum:
      if (!number && input.id() != TypeId::kDuration)
        refuse(column, input, "numbers but decimals, or durations");
      return input;
    case RunningKind::kProduct:
      if (!number) refuse(column, input, "numbers but decimals");
      return input;
    case RunningKind::kMin:
    case RunningKind::kMax:
      if (!input.is_numeric() && !input.is_temporal()) refuse(column, input, "numbers, dates or times");
      return input;
    default:
      if (input.is_nested()) refuse(column, input, "a type without children");
      return input;
  }
}

std::unique_ptr<RunningState> make_running_state(const RunningColumn& column, const DataType& type,
                                                 const std::int64_t& partition) {
  switch (column.kind) {
    case RunningKind::kSum:
      if (type.id() == TypeId::kDuration) return std::make_unique<FoldState<std::int64_t, Add>>(type);
      return make_number_fold<Add>(type);
    case RunningKind::kProduct:
      return make_number_fold<Multiply>(type);
    case RunningKind::kMin:
      return make_fold<Smaller>(type);
    case RunningKind::kMax:
      return make_fold<Larger>(type);
    case RunningKind::kNumber:
      return std::make_unique<NumberState>();
    case RunningKind::kPartition:
      return std::make_unique<PartitionState>(partition);
    case RunningKind::kShift:
      return std::make_unique<ShiftState>(column.distance);
    case RunningKind::kFill:
      return std::make_unique<FillState>(column.distance);
  }
  throw InternalError("a running column of unknown kind");
}

}  // namespace treadle::dataframe

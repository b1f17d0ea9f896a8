#include "dataframe/operators/window_state.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "columnar/bitmap.h"
#include "columnar/builder.h"
#include "columnar/decimal.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/copy_state.h"
#include "treadle/error.h"
#include "treadle/running_column.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

/// What is computed from row to row in each group.
class RunningStep final : public WindowState {
 public:
  explicit RunningStep(std::unique_ptr<RunningState> state) : state_(std::move(state)) {}
  Column next(const Column& values, const RowMarks& marks) override {
    return state_->next(values, marks.groups);
  }

 private:
  std::unique_ptr<RunningState> state_;
};

/// The value of a group's first row; of peers', with `of_peers`.
class EdgeState final : public ChosenRowState {
  std::int64_t source(const Column&, std::int64_t row, bool start) override {
    if (start || chosen_ < 0) chosen_ = row;
    return chosen_;
  }
};
class EdgeStep final : public WindowState {
 public:
  explicit EdgeStep(bool of_peers) : of_peers_(of_peers) {}
  Column next(const Column& values, const RowMarks& marks) override {
    return state_.next(values, of_peers_ ? marks.peers : marks.groups);
  }

 private:
  bool of_peers_;
  EdgeState state_;
};

/// The extreme of texts or bools, which no fold has a register for.
class ExtremeState final : public ChosenRowState {
 public:
  ExtremeState(bool text, bool largest) : text_(text), largest_(largest) {}

 private:
  std::int64_t source(const Column& joined, std::int64_t row, bool start) override {
    if (start) chosen_ = -1;
    if (!joined.is_valid(row)) return -1;
    if (chosen_ < 0 || (largest_ ? less(joined, chosen_, row) : less(joined, row, chosen_))) chosen_ = row;
    return chosen_;
  }
  bool less(const Column& joined, std::int64_t a, std::int64_t b) const {
    if (text_) return joined.text(a) < joined.text(b);
    const std::uint8_t* bits = joined.values()->data();
    return !columnar::get_bit(bits, a) && columnar::get_bit(bits, b);
  }

  bool text_;
  bool largest_;
};

class DecimalSumState final : public RunningState {
 public:
  explicit DecimalSumState(DataType type) : type_(std::move(type)) {}
  Column next(const Column& values, std::span<const std::uint8_t> starts) override {
    columnar::FixedBuilder<columnar::int128_t> result;
    result.reserve(values.length());
    const auto* in = values.values_as<columnar::int128_t>();
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (starts[i] != 0) sum_ = 0;
      if (!values.is_valid(static_cast<std::int64_t>(i))) {
        result.append_null();
        continue;
      }
      sum_ += in[i];
      if (!columnar::fits_precision(sum_, type_.precision())) {
        throw InvalidArgument("a running sum of decimals has more than " + std::to_string(type_.precision()) +
                              " digits; cast the column to float64");
      }
      result.append(sum_);
    }
    return result.finish(type_);
  }

 private:
  DataType type_;
  columnar::int128_t sum_ = 0;
};

class CountState final : public RunningState {
 public:
  Column next(const Column& values, std::span<const std::uint8_t> starts) override {
    columnar::FixedBuilder<std::int64_t> result;
    result.reserve(values.length());
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (starts[i] != 0) count_ = 0;
      count_ += values.is_valid(static_cast<std::int64_t>(i)) ? 1 : 0;
      result.append(count_);
    }
    return result.finish(TypeId::kInt64);
  }

 private:
  std::int64_t count_ = 0;
};

class RankStep final : public WindowState {
 public:
  explicit RankStep(bool dense) : dense_(dense) {}
  Column next(const Column&, const RowMarks& marks) override {
    columnar::FixedBuilder<std::int64_t> result;
    result.reserve(static_cast<std::int64_t>(marks.groups.size()));
    for (std::size_t i = 0; i < marks.groups.size(); ++i) {
      if (marks.groups[i] != 0) number_ = rank_ = 0;
      ++number_;
      if (rank_ == 0 || marks.peers[i] != 0) rank_ = dense_ ? rank_ + 1 : number_;
      result.append(rank_);
    }
    return result.finish(TypeId::kInt64);
  }

 private:
  bool dense_;
  std::int64_t number_ = 0;  // of the row in its group, from 1
  std::int64_t rank_ = 0;    // 0: no row yet
};

template <class State, class... Arguments>
std::unique_ptr<WindowState> running(Arguments&&... arguments) {
  return std::make_unique<RunningStep>(std::make_unique<State>(std::forward<Arguments>(arguments)...));
}

std::unique_ptr<WindowState> running(RunningKind kind, const DataType& type, std::int64_t distance = 1) {
  // Read for kPartition only, which no window is.
  static const std::int64_t kNoPartition = 0;
  return std::make_unique<RunningStep>(make_running_state({kind, {}, {}, distance}, type, kNoPartition));
}

std::unique_ptr<WindowState> extreme(bool largest, const DataType& type) {
  const bool text = columnar::is_text(type);
  if (text || type.id() == TypeId::kBool) return running<ExtremeState>(text, largest);
  return running(largest ? RunningKind::kMax : RunningKind::kMin, type);
}

/// What a frame that begins (or, gone through backward, ends) with the group comes to row by row.
WindowSteps fold_steps(const WindowColumn& column, const DataType& type) {
  WindowSteps steps;
  switch (column.kind) {
    case WindowKind::kSum:
      steps.push_back(type.id() == TypeId::kDecimal128 ? running<DecimalSumState>(type)
                                                       : running(RunningKind::kSum, type));
      break;
    case WindowKind::kProduct:
      steps.push_back(running(RunningKind::kProduct, type));
      break;
    case WindowKind::kMin:
    case WindowKind::kMax:
      if (type.id() != TypeId::kNull) steps.push_back(extreme(column.kind == WindowKind::kMax, type));
      break;
    case WindowKind::kCount:
      steps.push_back(running<CountState>());
      return steps;
    default:
      throw InternalError("a window column without a fold");
  }
  if (!column.keep_nulls) steps.push_back(running(RunningKind::kFill, type, -1));
  return steps;
}

WindowWays frame_ways(const WindowColumn& column, const DataType& type) {
  WindowWays ways;
  const WindowFrame& frame = column.frame;
  const bool whole = !frame.first && !frame.last, backward = frame.first && !frame.last;
  if (column.kind == WindowKind::kFirst) {
    if (!frame.first) ways.forward.push_back(std::make_unique<EdgeStep>(false));
    return ways;
  }
  if (column.kind != WindowKind::kLast) {
    (backward ? ways.backward : ways.forward) = fold_steps(column, type);
    if (backward) return ways;
  }
  if (frame.with_peers) ways.backward.push_back(std::make_unique<EdgeStep>(true));
  if (whole || backward) ways.backward.push_back(std::make_unique<EdgeStep>(false));
  return ways;
}

[[noreturn]] void refuse(const WindowColumn& column, const DataType& input, std::string_view wanted) {
  throw TypeError("window column \"" + column.name + "\": expected " + std::string(wanted) +
                  ", found column \"" + column.column + "\" of type " + input.to_string());
}

bool has_frame(WindowKind kind) { return kind <= WindowKind::kLast; }

void check_frame(const WindowColumn& column) {
  const WindowFrame& frame = column.frame;
  const auto fail = [&](const std::string& what) {
    throw InvalidArgument("window column \"" + column.name + "\": expected " + what);
  };
  if (!has_frame(column.kind)) return;
  if (frame.with_peers && (frame.first || frame.last != 0)) {
    fail("peers in a frame from the group's first row to the row itself");
  }
  if (frame.first.has_value() != frame.last.has_value() &&
      frame.first.value_or(0) + frame.last.value_or(0) != 0)
    fail("a frame of which an end is open to end in the row itself");
  if (frame.first && frame.last && *frame.first > *frame.last)
    fail("a frame that does not end before it begins");
  if (slides(column) && column.kind == WindowKind::kProduct) fail("a product over an open frame");
}

}  // namespace

bool takes_column(WindowKind kind) {
  return kind != WindowKind::kNumber && kind != WindowKind::kRank && kind != WindowKind::kDenseRank;
}

bool slides(const WindowColumn& column) {
  return has_frame(column.kind) && column.frame.first && column.frame.last;
}

DataType window_type(const WindowColumn& column, const DataType& input) {
  check_frame(column);
  const bool number = input.is_integer() || input.is_float();
  switch (column.kind) {
    case WindowKind::kNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
    case WindowKind::kCount:
      return TypeId::kInt64;
    case WindowKind::kSum:
      if (!input.is_numeric() && input.id() != TypeId::kDuration)
        refuse(column, input, "numbers or durations");
      return input;
    case WindowKind::kProduct:
      if (!number) refuse(column, input, "numbers but decimals");
      return input;
    default:
      if (input.is_nested()) refuse(column, input, "a type without children");
      return input;
  }
}

WindowWays make_window_ways(const WindowColumn& column, const DataType& type) {
  if (has_frame(column.kind)) return frame_ways(column, type);
  WindowWays ways;
  switch (column.kind) {
    case WindowKind::kNumber:
      ways.forward.push_back(running(RunningKind::kNumber, type));
      break;
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
      ways.forward.push_back(std::make_unique<RankStep>(column.kind == WindowKind::kDenseRank));
      break;
    case WindowKind::kShift:
      (column.distance < 0 ? ways.backward : ways.forward)
          .push_back(running(RunningKind::kShift, type, std::abs(column.distance)));
      break;
    case WindowKind::kFill:
      ways.forward.push_back(running(RunningKind::kFill, type, column.distance));
      break;
    case WindowKind::kFillBack:
      ways.backward.push_back(running(RunningKind::kFill, type, column.distance));
      break;
    default:
      throw InternalError("a window column of unknown kind");
  }
  return ways;
}

}  // namespace treadle::dataframe

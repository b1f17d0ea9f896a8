#include "array/kernels/reducer.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "array/kernels/reduce_states.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;

/// Values of column-wise reductions: `count` rows of one state each column, taken in column by column, from a
/// tile turned on its side, so that add_run() sees what belongs together.
template <class State>
void add_columns(State* states, const ReduceTile& tile, std::int64_t row, std::int64_t num_rows) {
  using T = typename State::Value;
  const auto* values = static_cast<const T*>(tile.values) + row * tile.columns;
  State* first = states + tile.row_states[row];
  if (num_rows == 1) {
    for (std::int64_t c = 0; c < tile.columns; ++c) {
      first[c].add_run(values + c, 1, tile.row_indices[row] + c * tile.column_index_step, 0);
    }
    return;
  }
  // Rows of one state are one step apart in their index.
  const std::int64_t step = tile.row_indices[row + 1] - tile.row_indices[row];
  constexpr std::int64_t kMostRows = 64;
  T column[kMostRows];
  for (std::int64_t c = 0; c < tile.columns; ++c) {
    for (std::int64_t r = 0; r < num_rows; r += kMostRows) {
      const std::int64_t count = std::min(kMostRows, num_rows - r);
      for (std::int64_t i = 0; i < count; ++i) column[i] = values[(r + i) * tile.columns + c];
      first[c].add_run(column, count, tile.row_indices[row + r] + c * tile.column_index_step, step);
    }
  }
}

template <class State>
concept HasParts = requires(State state, typename State::Part part) { state.add_part(part, std::int64_t{}); };

/// Sums of columns go row by row: vectors along the row.
template <HasParts State>
void add_columns(State* states, const ReduceTile& tile, std::int64_t row, std::int64_t num_rows) {
  using Part = typename State::Part;
  constexpr std::int64_t kMostColumns = 256;
  Part sums[kMostColumns];
  State* first = states + tile.row_states[row];
  for (std::int64_t begin = 0; begin < tile.columns; begin += kMostColumns) {
    const std::int64_t count = std::min(kMostColumns, tile.columns - begin);
    const auto* values = static_cast<const typename State::Value*>(tile.values) + row * tile.columns + begin;
    std::fill_n(sums, count, Part{});
    for (std::int64_t r = 0; r < num_rows; ++r, values += tile.columns) {
      for (std::int64_t c = 0; c < count; ++c) sums[c] += State::part(values[c]);
    }
    for (std::int64_t c = 0; c < count; ++c) first[begin + c].add_part(sums[c], num_rows);
  }
}

template <class State>
void add_tile(void* states_bytes, const ReduceTile& tile) {
  auto* states = static_cast<State*>(states_bytes);
  const auto* values = static_cast<const typename State::Value*>(tile.values);
  for (std::int64_t row = 0; row < tile.rows;) {
    std::int64_t end = row + 1;
    const std::int64_t state = tile.row_states[row];
    while (end < tile.rows && tile.row_states[end] == state &&
           (end == row + 1 || tile.row_indices[end] - tile.row_indices[end - 1] ==
                                  tile.row_indices[row + 1] - tile.row_indices[row])) {
      ++end;
    }
    if (tile.column_step != 0) {
      add_columns(states, tile, row, end - row);
    } else {
      // Rows whose indices go on where the last one's ended are one run; without indices all are.
      const bool one_run = end == row + 1 || tile.row_indices[row + 1] - tile.row_indices[row] ==
                                                 tile.columns * tile.column_index_step;
      const std::int64_t step = one_run ? end - row : 1;
      for (std::int64_t r = row; r < end; r += step) {
        states[state].add_run(values + r * tile.columns, step * tile.columns, tile.row_indices[r],
                              tile.column_index_step);
      }
    }
    row = end;
  }
}

template <class State>
Reducer make_reducer(DType output) {
  static_assert(std::is_trivially_copyable_v<State>);
  return {output,
          sizeof(State),
          [](void* states, std::size_t count) {
            std::uninitialized_fill_n(static_cast<State*>(states), count, State{});
          },
          add_tile<State>,
          [](void* into, const void* from, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {
              static_cast<State*>(into)[i].merge(static_cast<const State*>(from)[i]);
            }
          },
          [](const void* states, std::size_t count, double ddof, void* out) {
            auto* to = static_cast<typename State::Out*>(out);
            for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<const State*>(states)[i].finish(ddof);
          }};
}

template <class State>
std::optional<Reducer> reducer_of() {
  return make_reducer<State>(kind_of<typename State::Out>());
}

/// The states of values of type T, which are no datetimes.
template <class T, bool Skip>
std::optional<Reducer> find_for(Reduction reduction) {
  using namespace states;
  constexpr bool kComplex = is_complex_v<T>;
  switch (reduction) {
    case Reduction::kSum:
      return reducer_of<Sum<T, Skip>>();
    case Reduction::kProd:
      return reducer_of<Prod<T, Skip>>();
    case Reduction::kMean:
      return reducer_of<Mean<T, Skip>>();
    case Reduction::kVar:
      if constexpr (!kComplex) return reducer_of<Moments<T, Skip, false>>();
      return std::nullopt;
    case Reduction::kStd:
      if constexpr (!kComplex) return reducer_of<Moments<T, Skip, true>>();
      return std::nullopt;
    case Reduction::kMin:
      if constexpr (!kComplex) return reducer_of<Extreme<T, true, Skip>>();
      return std::nullopt;
    case Reduction::kMax:
      if constexpr (!kComplex) return reducer_of<Extreme<T, false, Skip>>();
      return std::nullopt;
    case Reduction::kAny:
      return reducer_of<Truth<T, false>>();
    case Reduction::kAll:
      return reducer_of<Truth<T, true>>();
    case Reduction::kArgMin:
      return reducer_of<Place<T, true, Skip>>();
    case Reduction::kArgMax:
      return reducer_of<Place<T, false, Skip>>();
    default:
      return std::nullopt;
  }
}

template <bool Skip>
std::optional<Reducer> find_for_time(Reduction reduction, DType input) {
  using namespace states;
  const bool difference = input.kind() == K::kTimedelta;
  switch (reduction) {
    case Reduction::kSum:
      return difference ? std::optional(make_reducer<TimeSum<Skip>>(input)) : std::nullopt;
    case Reduction::kMean:
      return difference ? std::optional(make_reducer<TimeMean<Skip>>(input)) : std::nullopt;
    case Reduction::kMin:
      return make_reducer<TimeExtreme<true, Skip>>(input);
    case Reduction::kMax:
      return make_reducer<TimeExtreme<false, Skip>>(input);
    case Reduction::kArgMin:
      return make_reducer<Place<std::int64_t, true, false>>(K::kInt64);
    case Reduction::kArgMax:
      return make_reducer<Place<std::int64_t, false, false>>(K::kInt64);
    default:
      return std::nullopt;
  }
}

template <bool Skip, class... T>
std::optional<Reducer> find_among(Reduction reduction, K kind, Types<T...>) {
  std::optional<Reducer> found;
  ((kind == kind_of<T>() ? void(found = find_for<T, Skip>(reduction)) : void()), ...);
  return found;
}

constexpr std::pair<Reduction, Reduction> kSkipping[] = {
    {Reduction::kNanSum, Reduction::kSum},       {Reduction::kNanProd, Reduction::kProd},
    {Reduction::kNanMean, Reduction::kMean},     {Reduction::kNanVar, Reduction::kVar},
    {Reduction::kNanStd, Reduction::kStd},       {Reduction::kNanMin, Reduction::kMin},
    {Reduction::kNanMax, Reduction::kMax},       {Reduction::kNanArgMin, Reduction::kArgMin},
    {Reduction::kNanArgMax, Reduction::kArgMax},
};

}  // namespace

std::string_view name_of(Reduction reduction) {
  constexpr std::string_view kNames[] = {"sum",    "prod",   "mean",    "var",       "std",
                                         "min",    "max",    "any",     "all",       "argmin",
                                         "argmax", "nansum", "nanprod", "nanmean",   "nanvar",
                                         "nanstd", "nanmin", "nanmax",  "nanargmin", "nanargmax"};
  return kNames[static_cast<std::size_t>(reduction)];
}

bool gives_index(Reduction reduction) {
  return reduction == Reduction::kArgMin || reduction == Reduction::kArgMax ||
         reduction == Reduction::kNanArgMin || reduction == Reduction::kNanArgMax;
}

bool has_identity(Reduction reduction) {
  const bool extreme = reduction == Reduction::kMin || reduction == Reduction::kMax ||
                       reduction == Reduction::kNanMin || reduction == Reduction::kNanMax;
  return !extreme && !gives_index(reduction);
}

Reducer find_reducer(Reduction reduction, DType input) {
  const auto skipping = std::find_if(std::begin(kSkipping), std::end(kSkipping),
                                     [&](const auto& pair) { return pair.first == reduction; });
  const bool skip = skipping != std::end(kSkipping);
  const Reduction plain = skip ? skipping->second : reduction;
  // Only floats have NaN.
  const bool may_be_nan = input.is_float() || input.is_complex() || input.is_time();
  std::optional<Reducer> found;
  if (input.is_time()) {
    found = skip ? find_for_time<true>(plain, input) : find_for_time<false>(plain, input);
  } else if (skip && may_be_nan) {
    found = find_among<true>(plain, input.kind(), Join<Floats, Complexes>());
  } else {
    found = find_among<false>(plain, input.kind(), Everything());
  }
  if (!found) {
    throw TypeError("expected elements that have a " + std::string(name_of(reduction)) + ", found " +
                    input.name());
  }
  return *found;
}

}  // namespace treadle::array

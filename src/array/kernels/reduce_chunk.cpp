#include <algorithm>
#include <utility>

#include "array/kernels/reducer.h"
#include "array/kernels/tiles.h"
#include "memory/buffer.h"

// Reductions of chunks: tiles of values go into states.
namespace treadle::array {
namespace {

/// As many of the last axes as are reduced alike, until they make a line worth a vector loop. From the shape
/// only: the order in which values are added must not depend on where they lie.
std::size_t num_column_axes(const Shape& shape, const std::vector<bool>& reduced, bool one_axis) {
  if (shape.empty()) return 0;
  std::size_t columns = 1;
  std::int64_t width = shape.back();
  while (!one_axis && columns < shape.size() && width < kTileColumns) {
    const std::size_t next = shape.size() - columns - 1;
    if (reduced[next] != reduced.back()) break;
    width *= shape[next];
    ++columns;
  }
  return columns;
}

/// For each axis, from one index to the next one's state (or count).
struct Steps {
  std::vector<std::int64_t> states;
  std::vector<std::int64_t> indices;
};

Steps steps_of(const Shape& shape, const std::vector<bool>& reduced, const IndexWeights& weights) {
  Steps steps{std::vector<std::int64_t>(shape.size()), weights.weights};
  steps.indices.resize(shape.size(), 0);
  std::int64_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (reduced[i]) continue;
    steps.states[i] = step;
    step *= shape[i];
  }
  return steps;
}

/// The state and index at which each row of the table begins, row after row.
class RowWalk {
 public:
  RowWalk(const Shape& row_axes, const Steps& steps, std::int64_t base)
      : axes_(row_axes), steps_(steps), at_(row_axes.size(), 0), index_(base) {}

  std::int64_t state() const { return state_; }
  std::int64_t index() const { return index_; }
  void next() {
    for (std::size_t i = axes_.size(); i-- > 0;) {
      state_ += steps_.states[i];
      index_ += steps_.indices[i];
      if (++at_[i] < axes_[i]) return;
      state_ -= steps_.states[i] * axes_[i];
      index_ -= steps_.indices[i] * axes_[i];
      at_[i] = 0;
    }
  }

 private:
  const Shape& axes_;
  const Steps& steps_;
  Shape at_;
  std::int64_t state_ = 0;
  std::int64_t index_;
};

NdArray bytes_array(Shape shape, BufferBuilder& bytes) {
  const BufferPtr buffer = bytes.finish();
  return {ElementKind::kUInt8, shape,           packed_strides(shape, 1),
          buffer->data(),      buffer->owner(), buffer->size()};
}

}  // namespace

NdArray reduce_chunk(const Reducer& reducer, const Program& program, std::span<const NdArray> inputs,
                     const Shape& shape, const std::vector<bool>& reduced, const IndexWeights& indices) {
  const bool has_indices = !indices.weights.empty();
  const TileGrid grid(shape, num_column_axes(shape, reduced, has_indices));
  const Steps steps = steps_of(shape, reduced, indices);
  Shape kept = shape;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (reduced[i]) kept[i] = 1;
  }
  const auto num_states = static_cast<std::size_t>(num_elements(kept));
  BufferBuilder states(num_states * reducer.state_size);
  reducer.start(states.data(), num_states);

  if (num_elements(shape) != 0) {
    TileEvaluator evaluator(program, inputs, grid);
    const std::int64_t column_step = shape.empty() ? 0 : std::min<std::int64_t>(steps.states.back(), 1);
    const std::int64_t index_step = shape.empty() ? 0 : steps.indices.back();
    std::vector<std::int64_t> row_states(static_cast<std::size_t>(grid.tile_rows));
    std::vector<std::int64_t> row_indices(row_states.size());
    std::vector<std::int64_t> states_here(row_states.size());
    std::vector<std::int64_t> indices_here(row_states.size());
    RowWalk walk(grid.row_axes, steps, indices.base);
    for (std::int64_t row = 0; row < grid.rows; row += grid.tile_rows) {
      const std::int64_t num_rows = std::min(grid.tile_rows, grid.rows - row);
      for (std::int64_t r = 0; r < num_rows; ++r, walk.next()) {
        row_states[static_cast<std::size_t>(r)] = walk.state();
        row_indices[static_cast<std::size_t>(r)] = walk.index();
      }
      for (std::int64_t column = 0; column < grid.columns; column += grid.tile_columns) {
        const std::int64_t num_columns = std::min(grid.tile_columns, grid.columns - column);
        for (std::size_t r = 0; r < static_cast<std::size_t>(num_rows); ++r) {
          states_here[r] = row_states[r] + column * column_step;
          indices_here[r] = row_indices[r] + column * index_step;
        }
        const void* values = evaluator.evaluate(row, num_rows, column, num_columns);
        reducer.add(states.data(), {values, num_rows, num_columns, states_here.data(), column_step,
                                    indices_here.data(), index_step});
      }
    }
  }
  kept.push_back(static_cast<std::int64_t>(reducer.state_size));
  return bytes_array(std::move(kept), states);
}

NdArray merge_states(const Reducer& reducer, std::span<const NdArray> states) {
  const NdArray first = states[0].packed();
  BufferBuilder merged(first.nbytes());
  std::copy_n(first.data(), first.nbytes(), merged.data());
  for (const NdArray& later : states.subspan(1)) {
    reducer.merge(merged.data(), later.packed().data(), first.nbytes() / reducer.state_size);
  }
  return bytes_array(first.shape(), merged);
}

NdArray finish_states(const Reducer& reducer, const NdArray& states, double ddof,
                      const std::vector<bool>& reduced, bool keep_axes) {
  Shape shape;
  for (std::size_t i = 0; i < reduced.size(); ++i) {
    if (keep_axes || !reduced[i]) shape.push_back(states.shape()[i]);
  }
  const NdArray packed = states.packed();
  const std::size_t count = packed.nbytes() / reducer.state_size;
  BufferBuilder out(count * reducer.output.size());
  reducer.finish(packed.data(), count, ddof, out.data());
  const BufferPtr buffer = out.finish();
  return {reducer.output, shape,           packed_strides(shape, reducer.output.size()),
          buffer->data(), buffer->owner(), buffer->size()};
}

}  // namespace treadle::array

#include "array/kernels/tiles.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

namespace treadle::array {
namespace {

constexpr std::size_t kNoSlot = std::numeric_limits<std::size_t>::max();

struct Element16 {
  std::uint64_t low;
  std::uint64_t high;
};

/// Calls `body` with a number of the type that elements of `size` bytes are moved as.
template <class Body>
void for_size(std::size_t size, Body&& body) {
  switch (size) {
    case 1:
      return body(std::uint8_t{});
    case 2:
      return body(std::uint16_t{});
    case 4:
      return body(std::uint32_t{});
    case 8:
      return body(std::uint64_t{});
    default:
      return body(Element16{});
  }
}

std::int64_t product(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// The stride of several axes taken as one, if they have one.
bool single_stride(const Shape& axes, std::span<const std::int64_t> strides, std::int64_t& stride) {
  stride = 0;
  bool found = false;
  std::int64_t expected = 0;
  for (std::size_t i = axes.size(); i-- > 0;) {
    if (axes[i] == 1) continue;
    if (found && strides[i] != expected) return false;
    if (!found) stride = strides[i];
    found = true;
    expected = strides[i] * axes[i];
  }
  return true;
}

/// The bytes from the first element to number `index` (C order) of some axes.
std::int64_t offset_of(const Shape& axes, std::span<const std::int64_t> strides, std::int64_t index) {
  std::int64_t offset = 0;
  for (std::size_t i = axes.size(); i-- > 0 && index != 0;) {
    offset += index % axes[i] * strides[i];
    index /= axes[i];
  }
  return offset;
}

template <class T>
void fill(const std::uint8_t* from, void* to, std::size_t count) {
  std::fill_n(static_cast<T*>(to), count, *reinterpret_cast<const T*>(from));
}

/// A tile whose rows lie along the memory: read along it, written across.
template <class T>
void load_across(const std::uint8_t* from, std::int64_t row_stride, std::int64_t num_rows,
                 std::int64_t column_stride, std::int64_t num_columns, T* to) {
  for (std::int64_t c = 0; c < num_columns; ++c) {
    const std::uint8_t* line = from + c * column_stride;
    for (std::int64_t r = 0; r < num_rows; ++r) {
      to[r * num_columns + c] = *reinterpret_cast<const T*>(line + r * row_stride);
    }
  }
}

template <class T>
void load_row(const std::uint8_t* from, std::int64_t column_stride, std::int64_t num_columns, T* to) {
  if (column_stride == static_cast<std::int64_t>(sizeof(T))) {
    std::memcpy(to, from, static_cast<std::size_t>(num_columns) * sizeof(T));
    return;
  }
  for (std::int64_t c = 0; c < num_columns; ++c) {
    to[c] = *reinterpret_cast<const T*>(from + c * column_stride);
  }
}

}  // namespace

TileGrid::TileGrid(const Shape& shape, std::size_t num_column_axes)
    : row_axes(shape.begin(), shape.end() - static_cast<std::ptrdiff_t>(num_column_axes)),
      column_axes(shape.end() - static_cast<std::ptrdiff_t>(num_column_axes), shape.end()),
      rows(product(row_axes)),
      columns(product(column_axes)) {
  const std::int64_t fewest_rows = std::clamp<std::int64_t>(rows, 1, kTileElements / kTileColumns);
  tile_columns = std::min(std::max<std::int64_t>(columns, 1), kTileElements / fewest_rows);
  tile_rows = std::max<std::int64_t>(kTileElements / tile_columns, 1);
}

/// One input: where its elements lie, seen as the grid's table.
struct TileEvaluator::Input {
  Input(const NdArray& array, const TileGrid& grid)
      : data(array.data()),
        element_size(array.dtype().size()),
        row_strides(array.strides().begin(),
                    array.strides().begin() + static_cast<std::ptrdiff_t>(grid.row_axes.size())),
        column_strides(array.strides().begin() + static_cast<std::ptrdiff_t>(grid.row_axes.size()),
                       array.strides().end()) {
    one_row_stride = single_stride(grid.row_axes, row_strides, row_stride);
    one_column_stride = single_stride(grid.column_axes, column_strides, column_stride);
    constant = one_row_stride && row_stride == 0 && one_column_stride && column_stride == 0;
  }

  /// Whether a tile of that many rows and columns is there as it is wanted.
  bool in_place(std::int64_t num_rows, std::int64_t num_columns) const {
    const auto size = static_cast<std::int64_t>(element_size);
    if (!one_column_stride || (num_columns > 1 && column_stride != size)) return false;
    return num_rows == 1 || (one_row_stride && row_stride == size * num_columns);
  }

  const std::uint8_t* data;
  std::size_t element_size;
  std::vector<std::int64_t> row_strides;
  std::vector<std::int64_t> column_strides;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 0;
  bool one_row_stride = false;
  bool one_column_stride = false;
  bool constant = false;
};

TileEvaluator::TileEvaluator(const Program& program, std::span<const NdArray> inputs, const TileGrid& grid)
    : program_(program), grid_(grid), values_(program.num_values()), loaded_once_(inputs.size()) {
  for (const NdArray& input : inputs) inputs_.push_back(std::make_shared<const Input>(input, grid));
  assign_slots();
  const auto count = static_cast<std::size_t>(grid.tile_rows * grid.tile_columns);
  for (std::size_t i = 0; i < program.constants().size(); ++i) {
    const std::size_t value = inputs.size() + i;
    BufferBuilder& tile = slots_[slot_of_value_[value]];
    for_size(program.constants()[i].dtype().size(), [&](auto element) {
      fill<decltype(element)>(program.constants()[i].data(), tile.data(), count);
    });
    values_[value] = tile.data();
  }
}

// A step's tile is used again once nothing looks at it any more. Inputs and constants keep theirs.
void TileEvaluator::assign_slots() {
  const std::size_t num_fixed = program_.inputs().size() + program_.constants().size();
  const std::size_t num_values = program_.num_values();
  std::vector<std::size_t> last_use(num_values, 0);
  for (std::size_t i = 0; i < program_.steps().size(); ++i) {
    for (const std::uint32_t argument : program_.steps()[i].arguments) last_use[argument] = i;
  }
  const auto count = static_cast<std::size_t>(grid_.tile_rows * grid_.tile_columns);
  std::vector<std::size_t> sizes;
  std::vector<std::size_t> free;
  slot_of_value_.assign(num_values, kNoSlot);
  const auto take = [&](std::size_t value, std::size_t element_size) {
    if (free.empty() || value < num_fixed) {
      free.push_back(sizes.size());
      sizes.push_back(0);
    }
    slot_of_value_[value] = free.back();
    free.pop_back();
    std::size_t& size = sizes[slot_of_value_[value]];
    size = std::max(size, count * element_size);
  };
  for (std::size_t i = 0; i < num_fixed; ++i) {
    const bool input = i < program_.inputs().size();
    take(i, input ? program_.inputs()[i].size()
                  : program_.constants()[i - program_.inputs().size()].dtype().size());
  }
  for (std::size_t i = 0; i < program_.steps().size(); ++i) {
    take(num_fixed + i, program_.steps()[i].type.size());
    std::vector<std::uint32_t> arguments = program_.steps()[i].arguments;
    std::sort(arguments.begin(), arguments.end());
    arguments.erase(std::unique(arguments.begin(), arguments.end()), arguments.end());
    for (const std::uint32_t argument : arguments) {
      if (argument >= num_fixed && last_use[argument] == i) free.push_back(slot_of_value_[argument]);
    }
  }
  for (const std::size_t size : sizes) slots_.emplace_back(size);
}

const void* TileEvaluator::load(std::size_t index, std::int64_t row, std::int64_t num_rows,
                                std::int64_t column, std::int64_t num_columns) {
  const Input& input = *inputs_[index];
  std::uint8_t* tile = slots_[slot_of_value_[index]].data();
  if (input.constant) {
    if (!loaded_once_[index]) {
      const auto count = static_cast<std::size_t>(grid_.tile_rows * grid_.tile_columns);
      for_size(input.element_size, [&](auto element) { fill<decltype(element)>(input.data, tile, count); });
      loaded_once_[index] = true;
    }
    return tile;
  }
  const std::int64_t column_offset = offset_of(grid_.column_axes, input.column_strides, column);
  const auto row_begin = [&](std::int64_t r) {
    const std::int64_t offset =
        input.one_row_stride ? r * input.row_stride : offset_of(grid_.row_axes, input.row_strides, r);
    return input.data + offset + column_offset;
  };
  if (input.in_place(num_rows, num_columns)) return row_begin(row);
  for_size(input.element_size, [&](auto element) {
    using T = decltype(element);
    auto* to = reinterpret_cast<T*>(tile);
    if (!input.one_column_stride) {
      for (std::int64_t r = 0; r < num_rows; ++r) {
        const std::uint8_t* line = row_begin(row + r) - column_offset;
        for (std::int64_t c = 0; c < num_columns; ++c) {
          to[r * num_columns + c] = *reinterpret_cast<const T*>(
              line + offset_of(grid_.column_axes, input.column_strides, column + c));
        }
      }
    } else if (input.one_row_stride && std::abs(input.row_stride) < std::abs(input.column_stride)) {
      load_across(row_begin(row), input.row_stride, num_rows, input.column_stride, num_columns, to);
    } else {
      for (std::int64_t r = 0; r < num_rows; ++r) {
        load_row(row_begin(row + r), input.column_stride, num_columns, to + r * num_columns);
      }
    }
  });
  return tile;
}

const void* TileEvaluator::evaluate(std::int64_t row, std::int64_t num_rows, std::int64_t column,
                                    std::int64_t num_columns, void* out) {
  const auto count = static_cast<std::size_t>(num_rows * num_columns);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    values_[i] = load(i, row, num_rows, column, num_columns);
  }
  const std::size_t num_steps = program_.steps().size();
  if (num_steps == 0 && out != nullptr) {
    std::memcpy(out, values_[0], count * program_.result_type().size());
    return out;
  }
  const void* arguments[8];
  const std::size_t first = program_.num_values() - num_steps;
  for (std::size_t i = 0; i < num_steps; ++i) {
    const Program::Step& step = program_.steps()[i];
    for (std::size_t k = 0; k < step.arguments.size(); ++k) arguments[k] = values_[step.arguments[k]];
    const bool last = i + 1 == num_steps && out != nullptr;
    void* result = last ? out : slots_[slot_of_value_[first + i]].data();
    step.run(arguments, result, count);
    values_[first + i] = result;
  }
  return values_[program_.result()];
}

namespace {

/// For a result that is written, not reduced, any grid gives the same elements: the one in which inputs are
/// read in place.
std::size_t best_column_axes(std::span<const NdArray> inputs, const Shape& shape) {
  const auto joined = [&](std::size_t num_columns) {
    return std::all_of(inputs.begin(), inputs.end(), [&](const NdArray& input) {
      const std::size_t first = shape.size() - num_columns;
      std::int64_t stride = 0;
      return single_stride(Shape(shape.begin() + static_cast<std::ptrdiff_t>(first), shape.end()),
                           std::span(input.strides()).subspan(first), stride);
    });
  };
  std::size_t columns = std::min<std::size_t>(1, shape.size());
  while (columns < shape.size() && joined(columns + 1)) ++columns;
  return columns;
}

}  // namespace

NdArray evaluate(const Program& program, std::span<const NdArray> inputs, const Shape& shape) {
  const TileGrid grid(shape, best_column_axes(inputs, shape));
  const std::size_t element_size = program.result_type().size();
  const std::int64_t count = num_elements(shape);
  BufferBuilder out(static_cast<std::size_t>(count) * element_size);
  if (count != 0) {
    TileEvaluator evaluator(program, inputs, grid);
    for (std::int64_t row = 0; row < grid.rows; row += grid.tile_rows) {
      const std::int64_t num_rows = std::min(grid.tile_rows, grid.rows - row);
      for (std::int64_t column = 0; column < grid.columns; column += grid.tile_columns) {
        const std::int64_t num_columns = std::min(grid.tile_columns, grid.columns - column);
        std::uint8_t* to = out.data() + static_cast<std::size_t>(row * grid.columns + column) * element_size;
        if (num_columns == grid.columns || num_rows == 1) {
          evaluator.evaluate(row, num_rows, column, num_columns, to);
          continue;
        }
        const auto* tile =
            static_cast<const std::uint8_t*>(evaluator.evaluate(row, num_rows, column, num_columns));
        const std::size_t width = static_cast<std::size_t>(num_columns) * element_size;
        for (std::int64_t r = 0; r < num_rows; ++r) {
          std::memcpy(to + static_cast<std::size_t>(r * grid.columns) * element_size,
                      tile + static_cast<std::size_t>(r) * width, width);
        }
      }
    }
  }
  const BufferPtr bytes = out.finish();
  return {program.result_type(), shape,          packed_strides(shape, element_size),
          bytes->data(),         bytes->owner(), bytes->size()};
}

}  // namespace treadle::array

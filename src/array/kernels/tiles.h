#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "array/kernels/program.h"
#include "memory/buffer.h"
#include "treadle/nd_array.h"

namespace treadle::array {

/// Elements of a tile, at most: a tile of each value of a program stays in the first cache.
inline constexpr std::int64_t kTileElements = 2048;
inline constexpr std::int64_t kTileColumns = 64;

/// A chunk seen as a table: the last axes are its columns, those before its rows; and how the table is cut
/// into tiles. Depends on what it is made from only, so that reductions add up in one order everywhere.
struct TileGrid {
  Shape row_axes;
  Shape column_axes;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t tile_rows = 1;
  std::int64_t tile_columns = 1;

  /// The last `num_column_axes` of `shape` as columns.
  TileGrid(const Shape& shape, std::size_t num_column_axes);
};

/// Evaluates a program tile by tile.
class TileEvaluator {
 public:
  /// `inputs` have the grid's shape (broadcast()). All three outlive the evaluator.
  TileEvaluator(const Program& program, std::span<const NdArray> inputs, const TileGrid& grid);

  /// The result's elements of a tile, one row behind the other. Written to `out` if given, else into a tile
  /// that lives until the next call.
  const void* evaluate(std::int64_t row, std::int64_t num_rows, std::int64_t column, std::int64_t num_columns,
                       void* out = nullptr);

 private:
  struct Input;
  const void* load(std::size_t input, std::int64_t row, std::int64_t num_rows, std::int64_t column,
                   std::int64_t num_columns);
  void assign_slots();

  const Program& program_;
  const TileGrid& grid_;
  std::vector<std::shared_ptr<const Input>> inputs_;
  std::vector<const void*> values_;
  /// For each value its tile in slots_, if it has one.
  std::vector<std::size_t> slot_of_value_;
  std::vector<BufferBuilder> slots_;
  std::vector<bool> loaded_once_;
};

/// The program's result for a whole chunk, in C order. `inputs` are broadcast to `shape`.
NdArray evaluate(const Program& program, std::span<const NdArray> inputs, const Shape& shape);

}  // namespace treadle::array

#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "io/arrays/stored_array.h"

// Arrays that tests write and read. For tests only.
namespace treadle::io::test {

inline const ElementType kFloat64 = ElementType::from_string("<f8");

inline std::vector<double> counting(std::size_t number) {
  std::vector<double> values(number);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

inline std::vector<double> read_all(const StoredArray& array) {
  const Box box{Extents(array.layout().shape.size(), 0), array.layout().shape};
  std::vector<double> values(box.num_elements());
  array.read(box, values.data());
  return values;
}

inline std::vector<double> read_box(const StoredArray& array, const Box& box) {
  std::vector<double> values(box.num_elements());
  array.read(box, values.data());
  return values;
}

/// Writes `values`, a matrix of `shape`, in pieces of `piece` rows and `columns` columns.
inline void write_pieces(ArrayWriter& writer, const Extents& shape, const std::vector<double>& values,
                         std::int64_t rows, std::int64_t columns) {
  for (std::int64_t i = 0; i < shape[0]; i += rows) {
    for (std::int64_t j = 0; j < shape[1]; j += columns) {
      const Box box{{i, j}, {std::min(rows, shape[0] - i), std::min(columns, shape[1] - j)}};
      std::vector<double> piece;
      for (std::int64_t r = 0; r < box.count[0]; ++r) {
        for (std::int64_t c = 0; c < box.count[1]; ++c)
          piece.push_back(values[static_cast<std::size_t>((i + r) * shape[1] + j + c)]);
      }
      writer.write(box, piece.data());
    }
  }
}

inline void publish(ArrayWriter& writer) {
  StagedOutput* const outputs[] = {&writer};
  publish_together(outputs);
}

}  // namespace treadle::io::test

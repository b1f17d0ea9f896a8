#pragma once

#include <cstdint>
#include <vector>

#include "columnar/batch.h"
#include "treadle/value.h"

namespace treadle::columnar {

/// Batches under one schema: the table-like Value that tasks hand to each other.
struct BatchList {
  SchemaPtr schema;
  std::vector<Batch> batches;

  std::int64_t num_rows() const noexcept;
  std::size_t nbytes() const noexcept;
};

}  // namespace treadle::columnar

namespace treadle {

/// Written column by column in Treadle's own block form: plain layout, dictionaries kept.
template <>
struct Codec<columnar::BatchList> {
  static constexpr std::string_view kind = "batches";
  static std::size_t nbytes(const columnar::BatchList& list) { return list.nbytes(); }
  static void write(const columnar::BatchList& list, ByteSink& sink);
  static columnar::BatchList read(ByteSource& source);
};

}  // namespace treadle

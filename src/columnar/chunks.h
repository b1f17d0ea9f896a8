#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"

// Columns that stay in the pieces they came in, because bringing them together would take their memory twice.
namespace treadle::columnar {

/// Finds rows that are numbered through several chunks. Immutable; thread-safe.
class ChunkIndex {
 public:
  /// A row of a chunk.
  struct Place {
    std::uint32_t chunk = kNowhere;
    std::uint32_t row = 0;
  };
  /// As the chunk: no row.
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

  /// `lengths`: the rows of each chunk, at most 2^32 - 2 in all.
  explicit ChunkIndex(std::span<const std::int64_t> lengths);

  std::int64_t num_rows() const noexcept { return ends_.empty() ? 0 : ends_.back(); }
  /// Where rows lie, by number; -1 lies nowhere.
  std::vector<Place> places(std::span<const std::int64_t> rows) const;

 private:
  std::vector<std::int64_t> ends_;
  std::vector<std::uint32_t> first_chunk_;  // by row >> kBlockBits: the chunk of the block's first row
};

/// Whether take() knows such columns: plain ones that are not nested.
bool can_take_from_chunks(const Column& column);

/// Rows of a column in chunks, in the order given; a place nowhere gives a null. At least one chunk; those
/// are of one type. The result is plain: beyond 2 GiB of text, views.
Column take(std::span<const Column> chunks, std::span<const ChunkIndex::Place> places);

}  // namespace treadle::columnar

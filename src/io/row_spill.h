#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "columnar/batch.h"
#include "memory/spill_file.h"

namespace treadle::io {

/// Rows that wait on disk, by the number of the group that they belong to. One thread at a time.
class RowSpill {
 public:
  /// The file, which has no name, is made in `folder` by the first add().
  explicit RowSpill(std::string folder) : folder_(std::move(folder)) {}

  /// Puts rows behind those that the group has here. Throws IoError.
  void add(std::uint32_t group, const columnar::SchemaPtr& schema, std::vector<columnar::Batch> rows);
  bool holds(std::uint32_t group) const { return groups_.contains(group); }
  /// Hands out the rows of a group in the order in which they were added; they are gone then.
  void take(std::uint32_t group, const std::function<void(const columnar::Batch&)>& consume);

 private:
  std::string folder_;
  std::optional<SpillFile> file_;
  std::unordered_map<std::uint32_t, std::vector<SpillBlock>> groups_;
};

}  // namespace treadle::io

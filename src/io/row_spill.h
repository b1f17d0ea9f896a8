#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "columnar/batch.h"
#include "io/table_writer.h"

namespace treadle::io {

/// Rows that wait on disk, by the number of the group that they belong to. One thread at a time.
class RowSpill {
 public:
  /// Who makes the file that the first add() needs.
  void spill_to(SpillFileMaker make) { make_ = std::move(make); }
  /// Puts rows behind those that the group has here. Throws IoError, InternalError if nobody makes files.
  void add(std::uint32_t group, const columnar::SchemaPtr& schema, std::vector<columnar::Batch> rows);
  bool holds(std::uint32_t group) const { return groups_.contains(group); }
  /// Hands out the rows of a group in the order in which they were added; they are gone then.
  void take(std::uint32_t group, const std::function<void(const columnar::Batch&)>& consume);

 private:
  SpillFileMaker make_;
  std::shared_ptr<SpillFile> file_;
  std::unordered_map<std::uint32_t, std::vector<SpillBlock>> groups_;
};

}  // namespace treadle::io

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/csv/block_parser.h"
#include "io/files/file.h"
#include "treadle/task_context.h"

namespace treadle::csv {

/// A range of a file: the lines that begin in it.
struct StripRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// What a strip came to, and what was skipped.
struct StripResult {
  std::uint64_t end = 0;  // where the first line begins behind the strip
  std::uint64_t bad_rows = 0;
};

/// Reads strips of a file block by block: a block's text is parsed while it lies in the cache, and its memory
/// is used again when the morsel is gone. One thread at a time; several may read the same file.
class StripReader {
 public:
  /// The plan outlives it.
  StripReader(const ReadPlan& plan, columnar::SchemaPtr assumed);

  /// Reads the lines that begin in [first_line, range.end). `guessed`: nobody has confirmed that a line
  /// begins there; a record that seems very long then ends the reading without an answer.
  std::optional<StripResult> read(const io::File& file, StripRange range, std::uint64_t first_line,
                                  bool guessed, const io::MorselConsumer& consume, TaskContext& context);
  const MorselMaker& morsels() const noexcept { return parser_.morsels(); }

 private:
  struct Progress;
  std::uint64_t next_end(const Progress& progress) const;
  void fill(Progress& progress, std::uint64_t end);
  void make_room(Progress& progress, std::size_t size);
  void reserve_long_record(Progress& progress, std::size_t size);
  void reserve_index(Progress& progress);
  void hold_for_long_record(Progress& progress, std::size_t bytes);
  void take_block(Progress& progress);
  void carry_rest(Progress& progress, std::uint32_t next_line);
  void free_long_record();

  const ReadPlan& plan_;
  BlockParser parser_;
  RecycledBuffer block_;
  std::vector<std::uint8_t> carried_;
};

}  // namespace treadle::csv

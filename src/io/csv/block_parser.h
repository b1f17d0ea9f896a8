#pragma once

#include <cstdint>

#include "io/csv/morsel_maker.h"

namespace treadle::csv {

/// Takes blocks of text apart, one after the other, and hands their rows on as morsels. One thread at a time.
class BlockParser {
 public:
  /// The plan outlives it.
  BlockParser(const ReadPlan& plan, columnar::SchemaPtr assumed);

  struct Taken {
    /// Where the first line begins that was not taken; the block's size if all were.
    std::uint32_t next_line = 0;
    std::uint64_t bad_rows = 0;
    /// No more morsels are wanted.
    bool stopped = false;
  };

  void begin_strip() { morsels_.begin_strip(); }
  /// Takes the lines that begin before `limit`. `at_end`: no text follows, so the last line may lack its
  /// newline; one byte behind the text is then written. What is before a bad row or value is handed on before
  /// it is thrown.
  Taken take(const TextBlock& block, std::uint32_t limit, bool at_end, const io::MorselConsumer& consume,
             const MorselMaker::LineOf& line_of);
  void finish(const io::MorselConsumer& consume) { morsels_.finish(consume); }
  const MorselMaker& morsels() const noexcept { return morsels_; }
  /// What the index of separators takes; room in it for so many.
  std::size_t index_bytes() const noexcept { return structure_.nbytes(); }
  void reserve_index(std::size_t separators) { structure_.reserve(separators); }
  /// Gives back memory that an unusually long block took.
  void shrink();

 private:
  const ReadPlan& plan_;
  MorselMaker morsels_;
  Rows rows_;
  Structure structure_;
};

}  // namespace treadle::csv

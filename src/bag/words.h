#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bag/collector.h"
#include "bag/word_parts.h"
#include "bag/word_scan.h"
#include "bag/word_table.h"

namespace treadle::bag {

/// Counts texts. What memory has no room for goes to disk in runs, by parts of the words' hash.
class Words final : public Collector {
 public:
  explicit Words(std::size_t num_parts) : runs_(num_parts) {}

  void take(std::string_view text) override { table_.add(text, place_++); }
  /// Takes the words of ASCII text, see WordScan::count().
  void take_words(char* text, std::size_t size, bool lower) {
    place_ = scan_.count(text, size, lower, place_, table_);
  }
  void begin_strip(std::size_t strip) override { place_ = std::uint64_t{strip} << kStripShift; }
  void absorb(Collector& next) override;
  Value finish() override;
  std::size_t nbytes() const noexcept override { return table_.nbytes(); }
  bool any_order() const noexcept override { return true; }
  bool spill(TaskContext& context) override;
  Words* words() noexcept override { return this; }
  /// The parts, WordRuns each; `memory` answers for the table, and for its copy unless that is spilled.
  std::vector<Value> finish_parts(TaskContext& context, Reservation& memory);

 private:
  // No strip has so many words.
  static constexpr int kStripShift = 40;

  /// The table by parts; it is empty then.
  std::vector<WordPart> take_parts();

  WordTable table_;
  WordScan scan_;
  std::uint64_t place_ = 0;
  std::vector<WordRuns> runs_;  // a part each
  std::shared_ptr<SpillFile> file_;
};

}  // namespace treadle::bag

#pragma once

#include <cstdint>
#include <string_view>

#include "bag/collector.h"
#include "bag/word_scan.h"
#include "bag/word_table.h"

namespace treadle::bag {

/// Counts texts.
class Words final : public Collector {
 public:
  void take(std::string_view text) override { table_.add(text, place_++); }
  /// Takes the words of ASCII text, see WordScan::count().
  void take_words(char* text, std::size_t size, bool lower) {
    place_ = scan_.count(text, size, lower, place_, table_);
  }
  void begin_strip(std::size_t strip) override { place_ = std::uint64_t{strip} << kStripShift; }
  void absorb(Collector& next) override { table_.absorb(static_cast<Words&>(next).table_); }
  Value finish() override { return Value::of(table_.finish()); }
  std::size_t nbytes() const noexcept override { return table_.nbytes(); }
  bool any_order() const noexcept override { return true; }
  Words* words() noexcept override { return this; }

 private:
  // No strip has so many words.
  static constexpr int kStripShift = 40;

  WordTable table_;
  WordScan scan_;
  std::uint64_t place_ = 0;
};

}  // namespace treadle::bag

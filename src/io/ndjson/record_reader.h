#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "io/ndjson/read_plan.h"
#include "io/source.h"

namespace treadle::ndjson {

/// Turns the lines of one strip into morsels. One thread at a time; used for strip after strip.
class RecordReader {
 public:
  /// The plan outlives it.
  RecordReader(const ReadPlan& plan, columnar::SchemaPtr assumed);
  ~RecordReader();

  /// The number of the line that begins at a byte of the text.
  using LineOf = std::function<std::uint64_t(std::size_t position)>;

  void begin_strip();
  /// Takes the lines of `text`, behind which Buffer::kPadding bytes may be read. False: no more morsels are
  /// wanted. Throws ParseError for a line that is no JSON object unless such are skipped, for a key that is
  /// not known, and for a value that is not of a type that was given; TypeWidened for one that is not of an
  /// inferred type. What is before is handed on first.
  bool take(std::string_view text, const io::MorselConsumer& consume, const LineOf& line_of);
  /// Hands on the rest.
  bool finish(const io::MorselConsumer& consume);

  std::uint64_t num_rows() const noexcept;
  std::uint64_t num_skipped() const noexcept;
  /// Columns with values that cannot be converted if the column widens.
  std::vector<std::size_t> odd_columns() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace treadle::ndjson

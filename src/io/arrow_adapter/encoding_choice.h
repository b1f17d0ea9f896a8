#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "treadle/schema.h"

namespace treadle::io {

/// Finds the columns that a dictionary would only slow down: in a sample of the first row group, numbers that
/// hardly repeat, and texts of so many values that no dictionary would hold them. Depends on rows only.
class DictionaryChoice {
 public:
  explicit DictionaryChoice(const Schema& schema);
  void see(const columnar::Batch& rows);
  /// The columns without a dictionary, by name. Ends the sample.
  std::vector<std::string> columns_without();

 private:
  struct Sample {
    std::string name;
    bool is_text = false;
    std::vector<std::uint64_t> values;  // of texts their hashes
    std::size_t text_bytes = 0;
  };
  std::vector<Sample> samples_;  // by column
  std::int64_t rows_ = 0;
};

}  // namespace treadle::io

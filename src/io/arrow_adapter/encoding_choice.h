#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "treadle/schema.h"

namespace treadle::io {

/// Finds the columns that a dictionary would only slow down: numbers that hardly repeat in a sample of the
/// first row group. Depends on rows only.
class DictionaryChoice {
 public:
  explicit DictionaryChoice(const Schema& schema);
  void see(const columnar::Batch& rows);
  /// The columns without a dictionary, by name. Ends the sample.
  std::vector<std::string> columns_without();

 private:
  struct Sample {
    std::string name;
    std::vector<std::uint64_t> values;
  };
  std::vector<Sample> samples_;  // by column
  std::int64_t rows_ = 0;
};

}  // namespace treadle::io

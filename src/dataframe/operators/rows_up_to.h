#pragma once

#include <cstdint>
#include <string>

#include "columnar/batch.h"
#include "treadle/key.h"

namespace treadle::dataframe {

/// Rows in which a column that counts rows, an int64 without nulls, is at most `last`.
struct RowsUpTo {
  std::string column;
  std::int64_t last = 0;

  columnar::Batch of(const columnar::Batch& rows) const;
  void add_to(KeyBuilder& key) const { key.add(column).add(last); }
  /// For the text of a plan: ": column <= last".
  std::string to_string() const { return ": " + column + " <= " + std::to_string(last); }
};

}  // namespace treadle::dataframe

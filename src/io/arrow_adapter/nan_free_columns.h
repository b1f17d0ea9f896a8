#pragma once

#include <parquet/metadata.h>

#include <cstddef>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "io/table_writer.h"
#include "treadle/schema.h"

// Bounds of floats in Parquet do not count NaN, and do not say whether there is one. Files that Treadle
// writes say so in their footer, under a key of their own that other readers pass over: the float columns
// without any, by place.
namespace treadle::io {

/// Looks for NaN in what is written to one file.
class NanSearch {
 public:
  explicit NanSearch(const Schema& schema);
  void see(const columnar::Batch& batch);
  /// What was found, for a footer; empty if no float column is free of NaN.
  FileMetadata metadata() const;

 private:
  std::vector<bool> free_;  // by column
};

/// The columns that the footer's writer found to be free of NaN. `metadata` may be null.
std::vector<std::size_t> nan_free_columns(const parquet::KeyValueMetadata* metadata);

}  // namespace treadle::io

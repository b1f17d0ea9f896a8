#pragma once

#include <cstdint>
#include <vector>

#include "io/files/byte_stream.h"
#include "treadle/ndjson_options.h"
#include "treadle/schema.h"

namespace treadle::ndjson {

/// One file of a source.
struct JsonFile {
  io::FileIdentity identity;
  io::Encoding encoding = io::Encoding::kPlain;
  std::uint32_t number = 0;  // among the source's files
};

/// What is known of the columns before the data is read.
struct SampledColumns {
  std::vector<Field> fields;
  /// By field: its type was given.
  std::vector<bool> fixed;
};

/// Looks at lines from 16 places of the files. Columns are the keys of the objects in order of appearance,
/// then those that only the options name; or those of the options alone. Throws ParseError if there is no
/// column.
SampledColumns sample_columns(const std::vector<JsonFile>& files, const NdjsonOptions& options);

}  // namespace treadle::ndjson

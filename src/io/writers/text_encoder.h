#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "treadle/io_options.h"

namespace treadle::io {

/// Turns a table into text, batch by batch. begin() once, append() any number of times, end() once.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  virtual void begin(std::string& out, const Schema& schema) = 0;
  virtual void append(std::string& out, const columnar::Batch& batch) = 0;
  virtual void end(std::string& out) = 0;
};

/// As a field of CSV: in quotes, those in it doubled.
void append_in_quotes(std::string& out, std::string_view text);

/// CSV as pandas spells it: floats as Python prints them, True and False, quotes only around what would be
/// read as something else.
struct PandasCsv {
  char delimiter = ',';
  bool header = true;
  /// What the first line has instead of the schema's names; empty: these.
  std::vector<std::string> names;
  std::string null_text;
};
std::unique_ptr<TextEncoder> make_pandas_csv_encoder(PandasCsv options);

/// Comma-separated values. A null is an empty field; text is quoted where it must be: the delimiter, a quote,
/// a line's end, a blank at either end, no text at all (which tells it from a null).
std::unique_ptr<TextEncoder> make_csv_encoder(const CsvWriteOptions& options);

/// An array of objects, or with `lines` an object a line (NDJSON). Numbers are numbers, decimals with all
/// their digits; NaN and infinities, which JSON lacks, are null; dates and times are strings in ISO 8601.
std::unique_ptr<TextEncoder> make_json_encoder(bool lines);

}  // namespace treadle::io

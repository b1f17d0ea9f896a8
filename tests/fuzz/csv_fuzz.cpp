// Any bytes as a CSV file: read whole and read in strips of a few bytes, they give the same table or the same
// kind of error.
#include <cstdint>
#include <string>
#include <string_view>

#include "whole_and_in_strips.h"

namespace {

using treadle::CsvOptions;

// The first two bytes of an input choose how the others are read.
CsvOptions options_from(std::uint8_t dialect, std::uint8_t more) {
  CsvOptions options;
  options.delimiter = (dialect & 1) != 0 ? ';' : ',';
  options.quote = (dialect & 2) != 0 ? '\'' : '"';
  options.escape = (dialect & 4) != 0 ? '\\' : '\0';
  options.comment = (dialect & 8) != 0 ? '#' : '\0';
  options.header = (dialect & 16) == 0;
  options.bad_rows = (dialect & 32) != 0 ? CsvOptions::BadRows::kSkip : CsvOptions::BadRows::kError;
  options.skip_blank_lines = (dialect & 64) == 0;
  options.infer_dates = (dialect & 128) == 0;
  options.skip_rows = more & 3;
  if ((more & 4) != 0) options.max_rows = more >> 4;
  if ((more & 8) == 0) return options;
  if ((more & 16) != 0) options.short_records = CsvOptions::ShortRecords::kFill;
  if ((more & 32) != 0) options.long_records = CsvOptions::LongRecords::kCut;
  options.quoted_nulls = options.spaces_are_blank = (more & 64) != 0;
  if ((more & 128) != 0) options.type_without_values = treadle::TypeId::kFloat64;
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kChoices = 2;
  if (size < kChoices || size > 1 << 16) return 0;
  CsvOptions options = options_from(data[0], data[1]);
  const std::string_view text(reinterpret_cast<const char*>(data) + kChoices, size - kChoices);
  treadle::fuzz::expect_same_in_strips(text, ".csv",
                                       [&options](const std::string& path, std::uint64_t partition_bytes) {
                                         options.partition_bytes = partition_bytes;
                                         return treadle::read_csv(path, options);
                                       });
  return 0;
}

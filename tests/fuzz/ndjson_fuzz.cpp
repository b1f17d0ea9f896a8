// Any bytes as JSON lines: read whole and read in strips of a few bytes, they give the same table or the same
// kind of error.
#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/ndjson.h"
#include "whole_and_in_strips.h"

namespace {

using treadle::NdjsonOptions;

// The first byte of an input chooses how the others are read.
NdjsonOptions options_from(std::uint8_t choice) {
  NdjsonOptions options;
  options.bad_rows = (choice & 1) != 0 ? NdjsonOptions::BadRows::kSkip : NdjsonOptions::BadRows::kError;
  if ((choice & 2) != 0) options.columns = {"b", "a"};
  if ((choice & 4) != 0) options.dtypes["a"] = treadle::TypeId::kInt8;
  if ((choice & 8) != 0) options.dtypes["b"] = treadle::DataType::list(treadle::TypeId::kUtf8);
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kChoices = 1;
  if (size < kChoices || size > 1 << 16) return 0;
  NdjsonOptions options = options_from(data[0]);
  const std::string_view text(reinterpret_cast<const char*>(data) + kChoices, size - kChoices);
  treadle::fuzz::expect_same_in_strips(text, ".ndjson",
                                       [&options](const std::string& path, std::uint64_t partition_bytes) {
                                         options.partition_bytes = partition_bytes;
                                         return treadle::read_ndjson(path, options);
                                       });
  return 0;
}

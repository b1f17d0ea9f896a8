// Any bytes as a CSV file: read whole and read in strips of a few bytes, they give the same table or the same
// kind of error.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"

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
  return options;
}

struct Reading {
  std::string text;
  std::string error;
  bool operator==(const Reading&) const = default;
};

Reading read(const std::string& path, CsvOptions options, std::uint64_t partition_bytes) {
  options.partition_bytes = partition_bytes;
  treadle::ComputeOptions compute;
  static const auto kEngine = treadle::make_synchronous_engine();
  compute.engine = kEngine;
  try {
    const treadle::Table table = treadle::read_csv(path, options).compute(compute);
    std::string schema;
    for (const auto& field : table.schema().fields())
      schema += field.name + ": " + field.type.to_string() + "\n";
    return {schema + table.to_string(table.num_rows()), ""};
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error& error) {
    return {"", std::string(error.kind())};
  }
}

const std::string& scratch_file() {
  static const std::string kPath = [] {
    std::string path =
        (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/treadle-csv-fuzz-");
    return path + std::to_string(getpid()) + ".csv";
  }();
  return kPath;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1 << 16) return 0;
  const auto* text = reinterpret_cast<const char*>(data) + 2;
  std::ofstream(scratch_file(), std::ios::binary).write(text, static_cast<std::streamsize>(size - 2));
  const CsvOptions options = options_from(data[0], data[1]);
  const Reading whole = read(scratch_file(), options, 128ULL << 20);
  const Reading strips = read(scratch_file(), options, 128);
  if (whole != strips) {
    std::fprintf(stderr, "whole:\n%s%s\nin strips:\n%s%s\n", whole.text.c_str(), whole.error.c_str(),
                 strips.text.c_str(), strips.error.c_str());
    std::abort();
  }
  return 0;
}

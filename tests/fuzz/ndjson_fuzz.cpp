// Any bytes as JSON lines: read whole and read in strips of a few bytes, they give the same table or the same
// kind of error.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/ndjson.h"

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

struct Reading {
  std::string text;
  std::string error;
  bool operator==(const Reading&) const = default;
};

Reading read(const std::string& path, NdjsonOptions options, std::uint64_t partition_bytes) {
  options.partition_bytes = partition_bytes;
  treadle::ComputeOptions compute;
  static const auto kEngine = treadle::make_synchronous_engine();
  compute.engine = kEngine;
  try {
    const treadle::Table table = treadle::read_ndjson(path, options).compute(compute);
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
        (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") + std::string("/treadle-ndjson-fuzz-");
    return path + std::to_string(getpid()) + ".ndjson";
  }();
  return kPath;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 1 << 16) return 0;
  const auto* text = reinterpret_cast<const char*>(data) + 1;
  std::ofstream(scratch_file(), std::ios::binary).write(text, static_cast<std::streamsize>(size - 1));
  const NdjsonOptions options = options_from(data[0]);
  const Reading whole = read(scratch_file(), options, 128ULL << 20);
  const Reading strips = read(scratch_file(), options, 128);
  if (whole != strips) {
    std::fprintf(stderr, "whole:\n%s%s\nin strips:\n%s%s\n", whole.text.c_str(), whole.error.c_str(),
                 strips.text.c_str(), strips.error.c_str());
    std::abort();
  }
  return 0;
}

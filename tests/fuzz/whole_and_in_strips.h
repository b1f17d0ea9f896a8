#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"

// What the fuzzers of text formats share: read whole and read in strips of a few bytes, a file gives the same
// table or the same kind of error.
namespace treadle::fuzz {

/// Opens the file in partitions of so many bytes; may throw what reading throws.
using Open = std::function<DataFrame(const std::string& path, std::uint64_t partition_bytes)>;

struct Reading {
  std::string text;
  std::string error;
  bool operator==(const Reading&) const = default;
};

inline Reading read(const Open& open, const std::string& path, std::uint64_t partition_bytes) {
  ComputeOptions compute;
  static const auto kEngine = make_synchronous_engine();
  compute.engine = kEngine;
  try {
    const Table table = open(path, partition_bytes).compute(compute);
    std::string schema;
    for (const auto& field : table.schema().fields())
      schema += field.name + ": " + field.type.to_string() + "\n";
    return {schema + table.to_string(table.num_rows()), ""};
  } catch (const InternalError&) {
    throw;
  } catch (const Error& error) {
    return {"", std::string(error.kind())};
  }
}

/// A file of this process, whose name ends with `suffix`.
inline std::string scratch_file(const std::string& suffix) {
  const std::string folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  return folder + "/treadle-fuzz-" + std::to_string(getpid()) + suffix;
}

/// Aborts, showing both readings of `text`, if they differ. `suffix`: ".csv" ...
inline void expect_same_in_strips(std::string_view text, const std::string& suffix, const Open& open) {
  static const std::string kPath = scratch_file(suffix);
  std::ofstream(kPath, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
  const Reading whole = read(open, kPath, 128ULL << 20);
  const Reading strips = read(open, kPath, 128);
  if (whole == strips) return;
  std::fprintf(stderr, "whole:\n%s%s\nin strips:\n%s%s\n", whole.text.c_str(), whole.error.c_str(),
               strips.text.c_str(), strips.error.c_str());
  std::abort();
}

}  // namespace treadle::fuzz

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/ndjson/read_plan.h"
#include "io/ndjson/sample.h"
#include "io/source.h"

namespace treadle::ndjson {

/// The lines that begin in [begin, end) of a file that can be read from anywhere.
std::unique_ptr<io::PartitionReader> make_file_reader(const JsonFile& file, std::uint64_t begin,
                                                      std::uint64_t end, std::size_t strip_bytes,
                                                      ReadPlan plan);

/// The lines of a file that can only be read from its start.
std::unique_ptr<io::PartitionReader> make_stream_reader(const JsonFile& file, std::size_t strip_bytes,
                                                        ReadPlan plan);

}  // namespace treadle::ndjson

#pragma once

#include <memory>
#include <vector>

#include "io/csv/csv_files.h"
#include "io/csv/read_plan.h"
#include "io/csv/strip_reader.h"
#include "io/source.h"

namespace treadle::csv {

/// What reading a strip holds besides its text's source: a block, its separators and the values made of it.
std::size_t strip_reader_bytes(const ReadPlan& plan);

/// Strips of a file that can be read from anywhere.
std::unique_ptr<io::PartitionReader> make_file_reader(std::shared_ptr<const CsvFiles> files, std::size_t file,
                                                      StripRange range, std::size_t strip_bytes,
                                                      ReadPlan plan);

/// Strips of a file that can only be read from its start.
std::unique_ptr<io::PartitionReader> make_stream_reader(std::shared_ptr<const CsvFiles> files,
                                                        std::size_t file, std::size_t strip_bytes,
                                                        ReadPlan plan);

}  // namespace treadle::csv

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/hive.h"
#include "io/source.h"
#include "io/table_writer.h"
#include "treadle/io_options.h"

namespace treadle::io {

/// What must hold for a file to matter, told the names and types of the keys of its directories.
using KeyConditions = std::function<std::vector<PrunePredicate>(const Schema& keys)>;

/// A source over Parquet files; directories among `paths` stand for the Parquet files below them. Reads
/// footers only.
///
/// A strip is a row group. Columns are the union of the files' columns, in order of appearance, then the keys
/// of key=value directories; a key replaces a file's column of its name. A column that a file lacks is null
/// there. Throws IoError if there is no file, or for one that is not Parquet, TypeError naming both files if
/// a column has different types in them.
///
/// `key_types`: what columns the keys are. `where`: files whose keys rule one of its predicates out are no
/// part of the source, and are not opened. If no file is left, the first one stands for the columns.
std::shared_ptr<const Source> open_parquet(const std::vector<std::string>& paths,
                                           const ParquetReadOptions& options, const KeyConditions& where = {},
                                           KeyTypes key_types = KeyTypes::kExact);

/// Throws InvalidArgument for options that cannot be met, the factory for categories of another type than
/// text. `partition_on` and `mode` are the data set's business.
TableWriterFactory open_parquet_writer(const ParquetWriteOptions& options, const FileDetails& details = {});

}  // namespace treadle::io

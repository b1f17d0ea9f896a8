#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/hive.h"
#include "treadle/schema.h"

namespace treadle::io {

/// A file of a data set, and what its directories say about its rows.
struct DataFile {
  std::string path;
  std::vector<HiveKey> keys;
};

/// The Parquet files that `paths` stand for, in order; the files below a directory sorted by path.
///
/// Below a directory, files count that end with .parquet, .parq or .pq; names that begin with "." or "_" are
/// passed over, directories so named with all they hold. Keys come from the directories below a directory
/// that was given, and from the whole path of a file that was given; none with `hive` false. Throws IoError
/// for a path that is not there, for a folder that cannot be read or has no such file; InvalidArgument if no
/// path is given, or naming two files whose directories have different keys.
std::vector<DataFile> list_parquet_files(const std::vector<std::string>& paths, bool hive);

/// The keys of the directories of `files`, which have the same names, as columns.
std::vector<Field> key_columns(const std::vector<DataFile>& files, KeyTypes types);

/// The different values of one of these columns, in ascending order and without null.
std::vector<Scalar> key_values(const std::vector<DataFile>& files, std::size_t key, const DataType& type);

}  // namespace treadle::io

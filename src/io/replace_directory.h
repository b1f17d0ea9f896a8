#pragma once

#include <string>

// The steps by which a finished directory takes another one's place, so that readers and crashes see one or
// the other.
namespace treadle::io {

/// Throws InvalidArgument unless the directory `target` may be replaced by a data set: it is not the home or
/// current directory or above one of them, and is a Zarr store or a stack of .npy files, or holds nothing but
/// data files (Parquet, CSV, JSON), names that begin with "." or "_", and directories key=value that hold the
/// like. IoError if it cannot be read.
void check_replaceable(const std::string& target);

/// Renames `from` to `to`; false if `to` exists. Throws IoError.
bool rename_if_free(const std::string& from, const std::string& to);

/// Exchanges two directories or files in one step; false if the file system cannot. Throws IoError.
bool exchange_paths(const std::string& left, const std::string& right);

/// Gives the files below `from` the same names below `to`, without copying them where the file system can.
/// Summaries of a whole data set ("_metadata") stay behind. Throws IoError, also if a name is taken.
void link_files(const std::string& from, const std::string& to);

/// Returns when all files and directories below `directory` have reached the disk. Throws IoError.
void sync_tree(const std::string& directory);
/// Returns when the directory's entries have reached the disk. Throws IoError.
void sync_directory(const std::string& directory);

}  // namespace treadle::io

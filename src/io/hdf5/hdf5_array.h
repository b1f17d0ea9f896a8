#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/arrays/stored_array.h"

namespace treadle::io {

/// The paths of the data sets in an HDF5 file, in order of their names: "/a", "/group/b". Throws IoError for
/// what is no HDF5 file.
std::vector<std::string> list_hdf5(const std::string& path);

/// A data set in an HDF5 file. Elements that lie in one piece are read without the library, by any number of
/// threads; others by one at a time, as the library allows no more. The file is open only while it is read.
/// Throws IoError for what is no HDF5 file, NotFound for a data set that is not there, TypeError for elements
/// that are no numbers.
StoredArrayPtr open_hdf5(const std::string& path, const std::string& data_set);

/// A data set to be written.
struct Hdf5DataSet {
  std::string name;
  /// With the shape of its chunks; none: in one piece.
  ArrayLayout layout;
  /// 0 to 9; negative: not compressed.
  int gzip_level = -1;
  bool shuffle = false;
};

/// Writers of data sets into one file, which appears, or takes the place of the file that is there, when the
/// last writer is published, the others in its company. What an existing file has besides stays: a copy of
/// it is written to. A data set that is there already is replaced by one of the same shape and type; another
/// is an IoError.
std::vector<std::unique_ptr<ArrayWriter>> create_hdf5(const std::string& path,
                                                      const std::vector<Hdf5DataSet>& data_sets,
                                                      std::string_view token);

}  // namespace treadle::io

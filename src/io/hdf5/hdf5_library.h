#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/hdf5/handle.h"
#include "io/hdf5/hdf5_array.h"

// The functions of hdf5_array.h as the library `treadle_stores` has them.
namespace treadle::io::hdf5 {

std::vector<std::string> list(const std::string& path);
StoredArrayPtr open(const std::string& path, const std::string& data_set);
std::vector<std::unique_ptr<ArrayWriter>> create(const std::string& path,
                                                 const std::vector<Hdf5DataSet>& data_sets,
                                                 std::string_view token);

/// The data sets of an open file. Under the library's lock, as what follows.
std::vector<std::string> data_sets_in(hid_t file);
/// Selects the box in a data set's space; answers with the space of its elements in memory.
Handle select(hid_t space, const Box& box);

}  // namespace treadle::io::hdf5

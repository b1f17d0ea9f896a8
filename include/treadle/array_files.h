#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "treadle/array.h"

// Arrays in files: NumPy's .npy and stacks of them, HDF5, Zarr. Reading makes lazy arrays; a file that
// differs when its chunks are read from what it was when the array was made is an IoError. Writing computes,
// chunk by chunk, under a temporary name: files appear whole or not at all.
//
//     Array x = array::read_npy("x.npy");
//     array::write_zarr(x - x.mean(), "anomaly.zarr");
namespace treadle::array {

/// An .npy file. Without `chunking`: chunks of whole rows of at most 8 MiB, which the cache holds
/// until they are used. Throws IoError for what is no
/// .npy file or a truncated one, TypeError for elements that arrays do not have.
Array read_npy(const std::string& path, const Chunking& chunking = Chunking::of_bytes(std::int64_t{8} << 20));
/// A folder of .npy files 0.npy, 1.npy ... as Dask's to_npy_stack() makes it: a chunk a file.
Array read_npy_stack(const std::string& directory);
/// A data set of an HDF5 file: "/group/x". Without `chunking`: chunks made of whole ones of the file's.
/// Throws NotFound for a data set that is not there.
Array read_hdf5(const std::string& path, const std::string& data_set,
                const std::optional<Chunking>& chunking = {});
/// An array in a Zarr store on disk, format 2 or 3; `component`: its path in the store. Without `chunking`:
/// the store's chunks.
Array read_zarr(const std::string& store, const std::string& component = {},
                const std::optional<Chunking>& chunking = {});
/// The data sets of an HDF5 file, by name.
std::vector<std::string> hdf5_data_sets(const std::string& path);

/// How a data set lies in an HDF5 file.
struct Hdf5WriteOptions {
  /// The shape of the file's chunks; empty: that of the array's largest.
  Shape chunk_shape = {};
  /// 0 to 9; negative: not compressed.
  int gzip_level = -1;
  bool shuffle = false;
};

/// A data set to be written.
struct Hdf5Output {
  std::string name;
  Array array;
  Hdf5WriteOptions options = {};
};

/// What writing to Zarr may be told.
struct ZarrOptions {
  /// "zstd", "gzip", "blosc", "none".
  std::string compressor = "zstd";
  /// Negative: the usual one.
  int level = -1;
  /// 2 or 3.
  int format = 3;
  bool overwrite = false;
};

/// One .npy file, in the place of one that is there.
void write_npy(const Array& x, const std::string& path, const ComputeOptions& options = {});
/// A folder of .npy files, one for each chunk along `axis`; other axes become one chunk.
void write_npy_stack(const Array& x, const std::string& directory, std::int64_t axis = 0,
                     const ComputeOptions& options = {});
/// Data sets of one HDF5 file. What an existing file has besides stays. Throws IoError for a data set that is
/// there with another shape or type.
void write_hdf5(const std::vector<Hdf5Output>& data_sets, const std::string& path,
                const ComputeOptions& options = {});
/// An array in a Zarr store, in chunks of the array's largest. Throws IoError if it is there and not to be
/// overwritten.
void write_zarr(const Array& x, const std::string& store, const std::string& component = {},
                const ZarrOptions& write = {}, const ComputeOptions& options = {});

}  // namespace treadle::array

#include "io/hdf5/hdf5_library.h"
#include "io/stores_library.h"
#include "io/zarr/blosc_codec.h"

const treadle::io::StoresLibrary* treadle_stores_library() {
  static constexpr treadle::io::StoresLibrary kLibrary = {
      treadle::io::hdf5::list,
      treadle::io::hdf5::open,
      treadle::io::hdf5::create,
      treadle::io::zarr::blosc_compress,
      treadle::io::zarr::blosc_decompress,
  };
  return &kLibrary;
}

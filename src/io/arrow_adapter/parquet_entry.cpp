#include "io/arrow_adapter/parquet_entry.h"

#include "io/parquet_library.h"

const treadle::io::ParquetLibrary* treadle_parquet_library() {
  static constexpr treadle::io::ParquetLibrary kLibrary = {treadle::io::open_parquet_source,
                                                           treadle::io::make_parquet_writers};
  return &kLibrary;
}

// Any bytes as the beginning of an .npy file: a header or an error, and what was read is written and read
// again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "io/npy/header.h"
#include "io/npy/stack_info.h"
#include "treadle/error.h"

namespace {

namespace npy = treadle::io::npy;

void expect_same_again(const npy::Header& header) {
  const npy::Header again = npy::parse_header(npy::make_header(header.shape, header.element), "again");
  if (again.shape != header.shape || !(again.element == header.element)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    expect_same_again(npy::parse_header(bytes, "x.npy"));
  } catch (const treadle::Error&) {
  }
  try {
    npy::parse_stack_info(bytes, "info");
  } catch (const treadle::IoError&) {
  }
  return 0;
}

// Any bytes as the metadata of a Zarr array, and as one of its chunks: they are read or refused with an
// error; what was read is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "io/zarr/codec.h"
#include "io/zarr/metadata.h"
#include "treadle/error.h"

namespace {

namespace zarr = treadle::io::zarr;

zarr::Metadata parse(std::string_view text, bool third) {
  return third ? zarr::parse_v3(text, "m") : zarr::parse_v2(text, "m");
}

void read_metadata(std::string_view text, bool third) {
  zarr::Metadata metadata = parse(text, third);
  // Arrays are written little-endian, in C order, and filled with zeros.
  metadata.fill.assign(metadata.fill.size(), std::byte{0});
  metadata.layout.element = metadata.layout.element.native();
  metadata.fortran_order = false;
  const zarr::Metadata again = parse(to_json(metadata), third);
  if (again.layout.shape != metadata.layout.shape ||
      again.layout.chunk_shape != metadata.layout.chunk_shape ||
      !(again.layout.element == metadata.layout.element) || again.codecs.size() != metadata.codecs.size()) {
    std::abort();
  }
}

void read_chunk(std::string_view bytes, std::uint8_t choice) {
  using Kind = zarr::Codec::Kind;
  zarr::Codec codec;
  codec.kind = static_cast<Kind>(choice % 5);
  constexpr std::size_t kChunk = 256;
  if (zarr::decode({bytes.begin(), bytes.end()}, {codec}, kChunk, "c").size() != kChunk) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const std::uint8_t choice = data[0];
    if (choice == '2' || choice == '3') {
      read_metadata(rest, choice == '3');
    } else {
      read_chunk(rest, choice);
    }
  } catch (const treadle::Error&) {
  }
  return 0;
}

#include "io/arrow_adapter/unpack_snappy.h"

#include <arrow/util/compression.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace treadle::io {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes packed(const Bytes& bytes) {
  const auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
  const auto size = static_cast<std::int64_t>(bytes.size());
  Bytes out(static_cast<std::size_t>(codec->MaxCompressedLen(size, bytes.data())));
  out.resize(static_cast<std::size_t>(
      codec->Compress(size, bytes.data(), static_cast<std::int64_t>(out.size()), out.data()).ValueOrDie()));
  return out;
}

/// As Arrow unpacks it; nothing if it does not.
std::optional<Bytes> arrows(const Bytes& bytes, std::size_t size) {
  const auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
  Bytes out(size);
  const auto found = codec->Decompress(static_cast<std::int64_t>(bytes.size()), bytes.data(),
                                       static_cast<std::int64_t>(size), out.data());
  if (!found.ok() || static_cast<std::size_t>(*found) != size) return std::nullopt;
  return out;
}

std::optional<Bytes> ours(const Bytes& bytes, std::size_t size) {
  Bytes out(size);
  if (!unpack_snappy(bytes, out)) return std::nullopt;
  return out;
}

/// Bytes that repeat what came before by short and long distances, and some that do not.
Bytes some_bytes(std::mt19937& random, std::size_t size) {
  const std::size_t distance = 1 + random() % 60;
  const unsigned values = 1 + random() % 255;
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t back = 1 + random() % distance;
    bytes[i] =
        back <= i && random() % 5 != 0 ? bytes[i - back] : static_cast<std::uint8_t>(random() % values);
  }
  return bytes;
}

TEST(UnpackSnappyTest, UnpacksWhatWasPacked) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    const Bytes bytes = some_bytes(random, i < 200 ? static_cast<std::size_t>(i) : random() % 200'000);
    const Bytes tight = packed(bytes);
    EXPECT_EQ(snappy_size(tight), bytes.size());
    EXPECT_EQ(ours(tight, bytes.size()), bytes) << i;
  }
}

TEST(UnpackSnappyTest, RefusesWhatArrowRefuses) {
  std::mt19937 random(7);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Bytes bytes = some_bytes(random, 1 + random() % 400);
    Bytes bad = packed(bytes);
    if (random() % 4 == 0) bad.resize(random() % bad.size());
    for (unsigned j = 0; j < 1 + random() % 3 && !bad.empty(); ++j)
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    const auto found = ours(bad, bytes.size());
    ASSERT_EQ(found, arrows(bad, bytes.size())) << i;
    if (!found) ++refused;
  }
  EXPECT_GT(refused, 1000);
}

TEST(UnpackSnappyTest, BelievesNoSizeThatCannotBe) {
  EXPECT_EQ(snappy_size(Bytes{}), std::nullopt);
  EXPECT_EQ(snappy_size(Bytes{0x80}), std::nullopt);
  EXPECT_EQ(snappy_size(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0}), std::nullopt);
  EXPECT_EQ(snappy_size(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0}), std::nullopt);
  EXPECT_EQ(snappy_size(Bytes{0}), 0U);
}

}  // namespace
}  // namespace treadle::io

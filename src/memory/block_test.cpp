#include "memory/block.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "memory/buffer.h"
#include "treadle/error.h"

namespace treadle {
namespace {

constexpr std::size_t kSizes[] = {
    0, 1, 63, 4096, kMappedBlock - 1, kMappedBlock, 3 * kMappedBlock + 5, 5 * kMappedBlock};

TEST(Block, is_aligned_and_can_be_written_whole) {
  for (const std::size_t bytes : kSizes) {
    for (const auto allocate : {allocate_block, allocate_full_block}) {
      void* block = allocate(bytes);
      ASSERT_NE(block, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0U);
      std::memset(block, 7, bytes);
      free_block(block, bytes);
    }
  }
}

TEST(Block, keeps_its_first_bytes_when_it_is_resized) {
  for (const std::size_t from : kSizes) {
    for (const std::size_t to : kSizes) {
      auto* block = static_cast<std::uint8_t*>(allocate_block(from));
      for (std::size_t i = 0; i < from; i += 61) block[i] = static_cast<std::uint8_t>(i % 251);
      block = static_cast<std::uint8_t*>(resize_block(block, from, to));
      ASSERT_NE(block, nullptr);
      for (std::size_t i = 0; i < std::min(from, to); i += 61)
        ASSERT_EQ(block[i], i % 251) << from << " to " << to;
      std::memset(block, 1, to);
      free_block(block, to);
    }
  }
}

TEST(Block, that_cannot_be_is_null_and_in_a_container_out_of_memory) {
  EXPECT_EQ(allocate_block(SIZE_MAX), nullptr);
  EXPECT_EQ(allocate_full_block(SIZE_MAX - 100), nullptr);
  void* block = allocate_block(10);
  EXPECT_EQ(resize_block(block, 10, SIZE_MAX), nullptr);
  free_block(block, 10);
  EXPECT_THROW(BlockAllocator<std::uint64_t>().allocate(SIZE_MAX / 4), OutOfMemory);
  EXPECT_THROW(BufferBuilder(SIZE_MAX), OutOfMemory);
}

TEST(Block, a_buffer_grows_across_the_border_and_keeps_its_bytes) {
  BufferBuilder builder;
  for (std::uint64_t i = 0; i < kMappedBlock; ++i) builder.append_value(i);
  const BufferPtr buffer = builder.finish();
  ASSERT_EQ(buffer->size(), 8 * kMappedBlock);
  for (std::uint64_t i = 0; i < kMappedBlock; i += 997) {
    ASSERT_EQ(reinterpret_cast<const std::uint64_t*>(buffer->data())[i], i);
  }
}

TEST(Block, containers_live_in_blocks) {
  std::vector<std::uint32_t, BlockAllocator<std::uint32_t>> numbers;
  for (std::uint32_t i = 0; i < 2'000'000; ++i) numbers.push_back(i);
  EXPECT_EQ(numbers[1'999'999], 1'999'999U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % 64, 0U);
}

}  // namespace
}  // namespace treadle

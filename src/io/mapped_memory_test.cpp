#include "io/mapped_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <numeric>
#include <string>

#include "io/test_context.h"

namespace treadle::io {
namespace {

constexpr std::size_t kSize = 4 << 20;

/// A file of ones, mapped.
class Map {
 public:
  Map(const std::string& path, int protection, int flags) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
    const std::string ones(kSize, '\1');
    EXPECT_EQ(::pwrite(file, ones.data(), kSize, 0), static_cast<ssize_t>(kSize));
    memory_ = static_cast<char*>(::mmap(nullptr, kSize, protection, flags, file, 0));
    ::close(file);
  }
  Map(const Map&) = delete;
  Map& operator=(const Map&) = delete;
  ~Map() { ::munmap(memory_, kSize); }
  char* memory() const { return memory_; }
  int sum() const { return std::accumulate(memory_, memory_ + kSize, 0); }

 private:
  char* memory_;
};

TEST(MappedMemoryTest, KnowsMapsFromOtherMemory) {
  const test::TemporaryFolder folder;
  const Map shared(folder / "shared", PROT_READ, MAP_SHARED);
  const auto found = MappedMemory::find(shared.memory() + 128, kSize - 128);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, folder / "shared");
  EXPECT_TRUE(found->shared);
  EXPECT_FALSE(MappedMemory::find(shared.memory(), kSize + (64 << 20)));
  const Map own(folder / "own", PROT_READ | PROT_WRITE, MAP_PRIVATE);
  EXPECT_FALSE(MappedMemory::find(own.memory(), kSize)->shared);
  const std::string heap(1 << 20, 'x');
  EXPECT_FALSE(MappedMemory::find(heap.data(), heap.size()));
}

TEST(MappedMemoryTest, PagesOfSharedMapsGoAndComeBack) {
  const test::TemporaryFolder folder;
  const Map map(folder / "map", PROT_READ | PROT_WRITE, MAP_SHARED);
  EXPECT_EQ(map.sum(), static_cast<int>(kSize));
  map.memory()[5] = 3;
  EXPECT_EQ(resident_bytes(map.memory(), kSize), kSize);
  give_back_pages(map.memory() + 100, kSize - 200);
  EXPECT_EQ(resident_bytes(map.memory(), kSize), 0);
  EXPECT_EQ(map.sum(), static_cast<int>(kSize) + 2);
}

TEST(MappedMemoryTest, ChangedPagesOfPrivateMapsStay) {
  const test::TemporaryFolder folder;
  const Map map(folder / "map", PROT_READ | PROT_WRITE, MAP_PRIVATE);
  map.memory()[5] = 3;
  EXPECT_EQ(map.sum(), static_cast<int>(kSize) + 2);
  make_pages_cold(map.memory(), kSize);
  EXPECT_EQ(map.memory()[5], 3);
  EXPECT_EQ(map.sum(), static_cast<int>(kSize) + 2);
}

}  // namespace
}  // namespace treadle::io

#include "io/mapped_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
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

TEST(MappedMemoryTest, ASnapshotOfAPrivateMapHasItsChangesAndTouchesNoneOfItsPages) {
  const test::TemporaryFolder folder;
  const Map map(folder / "map", PROT_READ | PROT_WRITE, MAP_PRIVATE);
  map.memory()[5] = 3;
  map.memory()[kSize - 1] = 7;
  const std::size_t before = resident_bytes(map.memory(), kSize);
  ASSERT_LT(before, kSize / 8);
  const auto found = MappedMemory::find(map.memory(), kSize);
  // From the middle of a page to the end, which is changed, too.
  auto part = snapshot(*found, map.memory() + 1000, kSize - 1000);
  ASSERT_NE(part, nullptr);
  const auto* bytes = static_cast<const char*>(part.get());
  EXPECT_EQ(std::accumulate(bytes, bytes + kSize - 1000, 0), static_cast<int>(kSize) - 1000 + 6);
  EXPECT_EQ(resident_bytes(map.memory(), kSize), before);
  // What is written afterwards, to either, the other does not see.
  map.memory()[2000] = 9;
  EXPECT_EQ(bytes[1000], 1);
  const auto whole = snapshot(*found, map.memory(), kSize);
  EXPECT_EQ(static_cast<const char*>(whole.get())[5], 3);
  EXPECT_EQ(static_cast<const char*>(whole.get())[2000], 9);
  part.reset();
  EXPECT_FALSE(MappedMemory::find(bytes, 1) && MappedMemory::find(bytes, 1)->path == found->path);
}

TEST(MappedMemoryTest, ThereIsNoSnapshotWhereTheFileIsAnotherOne) {
  const test::TemporaryFolder folder;
  const Map map(folder / "map", PROT_READ | PROT_WRITE, MAP_PRIVATE);
  const auto found = MappedMemory::find(map.memory(), kSize);
  const Map other(folder / "other", PROT_READ, MAP_SHARED);
  ASSERT_EQ(std::rename((folder / "other").c_str(), (folder / "map").c_str()), 0);
  EXPECT_EQ(snapshot(*found, map.memory(), kSize), nullptr);
  ASSERT_EQ(std::remove((folder / "map").c_str()), 0);
  EXPECT_EQ(snapshot(*found, map.memory(), kSize), nullptr);
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

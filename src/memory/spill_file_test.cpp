#include "memory/spill_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

std::string random_bytes(std::size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(generator());
  return bytes;
}

TEST(SpillFile, GivesBlocksBackInAnyOrder) {
  SpillFile file(testing::TempDir());
  // Noise comes last: from it on it is known what the disk takes, and that decides what is compressed.
  std::vector<std::string> contents = {"", "short", std::string(3'000'000, 'a'), std::string(1 << 20, 'b'),
                                       random_bytes(2'500'001, 7)};
  std::vector<SpillBlock> blocks;
  for (const std::string& content : contents) blocks.push_back(file.append(content.data(), content.size()));
  for (std::size_t i = contents.size(); i-- > 0;) EXPECT_EQ(file.read(blocks[i])->text(), contents[i]);
  EXPECT_LT(blocks[2].stored, 30'000u);
  EXPECT_LT(file.bytes_written(), 2'600'000u);
}

TEST(SpillFile, LeavesNoNameBehind) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "spill_names";
  std::filesystem::create_directories(folder);
  const SpillFile file(folder.string());
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

TEST(SpillFile, NoticesCorruption) {
  SpillFile file(testing::TempDir());
  const std::string content = random_bytes(100'000, 3);
  const SpillBlock block = file.append(content.data(), content.size());
  ASSERT_EQ(::pwrite(file.file_descriptor(), "xxxx", 4, static_cast<off_t>(block.offset + 500)), 4);
  EXPECT_THROW(file.read(block), IoError);
}

TEST(SpillFile, BlocksOfManyPlainFramesComeBackAndEachIsChecked) {
  SpillFile file(testing::TempDir());
  const std::string content = random_bytes(10'500'000, 5);
  const SpillBlock block = file.append(content.data(), content.size());
  EXPECT_EQ(block.stored, block.size);  // nothing was compressed
  EXPECT_EQ(file.read(block)->text(), content);
  for (const std::size_t at : {std::size_t{3'000'000}, std::size_t{10'400'000}}) {
    const auto where = static_cast<off_t>(block.offset + at);
    char kept = 0;
    ASSERT_EQ(::pread(file.file_descriptor(), &kept, 1, where), 1);
    const char other = static_cast<char>(kept + 1);
    ASSERT_EQ(::pwrite(file.file_descriptor(), &other, 1, where), 1);
    EXPECT_THROW(file.read(block), IoError) << at;
    ASSERT_EQ(::pwrite(file.file_descriptor(), &kept, 1, where), 1);
  }
  ASSERT_EQ(::ftruncate(file.file_descriptor(), static_cast<off_t>(block.offset + 9'000'000)), 0);
  EXPECT_THROW(file.read(block), IoError);
}

TEST(SpillFile, NoticesTruncation) {
  SpillFile file(testing::TempDir());
  const SpillBlock block = file.append("hello world", 11);
  ASSERT_EQ(::ftruncate(file.file_descriptor(), 5), 0);
  EXPECT_THROW(file.read(block), IoError);
}

TEST(SpillFile, MissingFolderIsNamed) {
  try {
    SpillFile file("/nonexistent/folder");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/folder"), std::string::npos);
  }
}

TEST(SpillFile, FullDiskSaysWhatToSet) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP();
  SpillFile file(testing::TempDir());
  ASSERT_GE(::dup2(::open("/dev/full", O_RDWR), file.file_descriptor()), 0);
  try {
    file.append("hello", 5);
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("spill_directory"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("No space left"), std::string::npos);
  }
}

TEST(SpillFile, ThreadsAppendAtOnce) {
  SpillFile file(testing::TempDir());
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&file, t] {
      for (unsigned i = 0; i < 20; ++i) {
        const std::string content = random_bytes(10'000 * (i + 1), t * 100 + i);
        const SpillBlock block = file.append(content.data(), content.size());
        EXPECT_EQ(file.read(block)->text(), content);
        if (i % 2 == 0) file.discard(block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace treadle

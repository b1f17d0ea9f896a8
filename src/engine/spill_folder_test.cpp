#include "engine/spill_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "treadle/error.h"

namespace treadle::engine {
namespace {

namespace fs = std::filesystem;

class SpillFolderTest : public testing::Test {
 protected:
  SpillFolderTest() : parent_(testing::TempDir() + "spill-folder-" + std::to_string(::getpid())) {
    fs::remove_all(parent_);
    fs::create_directories(parent_);
  }
  ~SpillFolderTest() override { fs::remove_all(parent_); }
  const std::string parent_;
};

TEST_F(SpillFolderTest, IsThereWhileItIsNeeded) {
  std::string path;
  {
    SpillFolder folder(parent_);
    EXPECT_TRUE(fs::is_empty(parent_));
    path = folder.path();
    EXPECT_EQ(folder.path(), path);
    std::ofstream(path + "/file") << "text";
    fs::remove_all(path);
    const std::string& again = folder.path();
    EXPECT_TRUE(fs::is_directory(again));
    folder.remove();
    EXPECT_FALSE(fs::exists(again));
    EXPECT_TRUE(fs::is_directory(folder.path()));
  }
  EXPECT_TRUE(fs::is_empty(parent_));
}

TEST_F(SpillFolderTest, LeavesWhatOthersUse) {
  SpillFolder first(parent_), second(parent_);
  const std::string path = first.path();
  EXPECT_NE(second.path(), path);
  remove_leftover_folders(parent_);
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(SpillFolderTest, WhatADeadProcessLeftGoesAtTheNextStart) {
  const pid_t child = ::fork();
  if (child == 0) {
    SpillFolder folder(parent_);
    std::ofstream(folder.path() + "/file") << "text";
    ::_exit(0);  // as if it were killed: nothing is destroyed
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_FALSE(fs::is_empty(parent_));
  fs::create_directories(parent_ + "/treadle-spill-1-young");  // being made by somebody
  fs::create_directories(parent_ + "/other");
  SpillFolder folder(parent_);
  const fs::path mine = folder.path();
  std::set<fs::path> left;
  for (const auto& entry : fs::directory_iterator(parent_)) left.insert(entry.path());
  EXPECT_EQ(left, (std::set<fs::path>{mine, parent_ + "/treadle-spill-1-young", parent_ + "/other"}));
}

TEST_F(SpillFolderTest, SeveralParentsEachHaveOne) {
  SpillFolder folder(parent_ + "/a::" + parent_ + "/b");
  const std::string path = folder.path();
  EXPECT_TRUE(path.starts_with(parent_ + "/a/") || path.starts_with(parent_ + "/b/"));
  EXPECT_FALSE(fs::is_empty(parent_ + "/a"));
  EXPECT_FALSE(fs::is_empty(parent_ + "/b"));
  folder.remove();
  EXPECT_TRUE(fs::is_empty(parent_ + "/a"));
  EXPECT_TRUE(fs::is_empty(parent_ + "/b"));
}

TEST_F(SpillFolderTest, RefusesAListOfNothing) {
  SpillFolder folder(":");
  EXPECT_THROW(folder.path(), InvalidArgument);
}

}  // namespace
}  // namespace treadle::engine

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "io/files/file.h"
#include "io/files/glob.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

void write(const std::string& path, std::string_view text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class Glob : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"b.csv", "a.csv", "c.txt", ".hidden.csv", "x/1.csv", "x/y/2.csv", "x/y/3.csv", "[odd].csv"}) {
      write(folder_ / name, "");
    }
  }
  std::vector<std::string> found(const std::string& pattern) {
    const std::string patterns[] = {folder_ / pattern};
    std::vector<std::string> paths = expand_paths(patterns);
    for (std::string& path : paths) path = path.substr(folder_.path().size() + 1);
    return paths;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Glob, PatternsMatchNamesInByteOrder) {
  EXPECT_EQ(found("*.csv"), (std::vector<std::string>{"[odd].csv", "a.csv", "b.csv"}));
  EXPECT_EQ(found("?.csv"), (std::vector<std::string>{"a.csv", "b.csv"}));
  EXPECT_EQ(found("[!a].[ct]*"), (std::vector<std::string>{"b.csv", "c.txt"}));
  EXPECT_EQ(found(".*.csv"), (std::vector<std::string>{".hidden.csv"}));
  EXPECT_EQ(found("*/1.csv"), (std::vector<std::string>{"x/1.csv"}));
}

TEST_F(Glob, TwoStarsStandForFoldersOfAnyDepth) {
  EXPECT_EQ(found("**/*.csv"),
            (std::vector<std::string>{"[odd].csv", "a.csv", "b.csv", "x/1.csv", "x/y/2.csv", "x/y/3.csv"}));
  EXPECT_EQ(found("x/**"), (std::vector<std::string>{"x/1.csv", "x/y/2.csv", "x/y/3.csv"}));
}

TEST_F(Glob, APathThatExistsIsTakenAsItIs) {
  EXPECT_EQ(found("[odd].csv"), (std::vector<std::string>{"[odd].csv"}));
}

TEST_F(Glob, APatternWithoutFilesIsAnError) { EXPECT_THROW(found("*.parquet"), IoError); }

TEST(File, IsReadByPosition) {
  test::TemporaryFolder folder;
  write(folder / "x", "0123456789");
  const File file(FileIdentity::of(folder / "x"));
  char text[4];
  file.read_at(3, text, 4);
  EXPECT_EQ(std::string(text, 4), "3456");
}

TEST(File, TellsWhenItWasTruncatedOrChanged) {
  test::TemporaryFolder folder;
  write(folder / "x", "0123456789");
  const FileIdentity identity = FileIdentity::of(folder / "x");
  const File file(identity);
  write(folder / "x", "01");
  char text[4];
  EXPECT_THROW(file.read_at(3, text, 4), IoError);
  EXPECT_THROW(file.check_unchanged(), IoError);
  EXPECT_THROW(File{identity}, IoError);
}

TEST(File, RefusesWhatIsNoFile) {
  test::TemporaryFolder folder;
  EXPECT_THROW(FileIdentity::of(folder.path()), IoError);
  EXPECT_THROW(FileIdentity::of(folder / "none"), IoError);
  EXPECT_THROW(FileIdentity::of("/dev/null"), IoError);
}

}  // namespace
}  // namespace treadle::io

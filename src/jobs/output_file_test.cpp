#include "jobs/output_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "treadle/error.h"

namespace treadle::jobs {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 public:
  ~OutputFileTest() override { fs::remove_all(folder_); }

 protected:
  OutputFileTest() : folder_(fs::path(testing::TempDir()) / ("output_file_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::size_t num_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, AppearsWholeAtItsCommit) {
  OutputFile file(path("a.csv"), WriteMode::kError);
  file.write("one\n");
  file.write("two\n");
  EXPECT_FALSE(fs::exists(path("a.csv")));
  file.commit();
  EXPECT_EQ(content(path("a.csv")), "one\ntwo\n");
  EXPECT_EQ(file.bytes_written(), 8U);
  EXPECT_EQ(num_files(), 1U);
}

TEST_F(OutputFileTest, LeavesNothingWithoutACommit) {
  {
    OutputFile(path("a.csv"), WriteMode::kError).write("one\n");
  }
  EXPECT_EQ(num_files(), 0U);
}

TEST_F(OutputFileTest, KeepsWhatExistsUnlessToldToReplaceIt) {
  std::ofstream(path("a.csv")) << "old";
  EXPECT_THROW(OutputFile(path("a.csv"), WriteMode::kError), IoError);
  EXPECT_THROW(OutputFile(path("a.csv"), WriteMode::kAppend), InvalidArgument);
  OutputFile file(path("a.csv"), WriteMode::kOverwrite);
  file.write("new");
  EXPECT_EQ(content(path("a.csv")), "old");
  file.commit();
  EXPECT_EQ(content(path("a.csv")), "new");
}

TEST_F(OutputFileTest, WritesOverWhatAKilledProcessLeft) {
  std::ofstream(path(".a.csv.partial")) << "half a file that is longer";
  OutputFile file(path("a.csv"), WriteMode::kError);
  file.write("whole");
  file.commit();
  EXPECT_EQ(content(path("a.csv")), "whole");
}

TEST_F(OutputFileTest, NamesAFolderThatIsNotThere) {
  EXPECT_THROW(OutputFile(path("none/a.csv"), WriteMode::kError), IoError);
}

}  // namespace
}  // namespace treadle::jobs

#include "io/staged_directory.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;
using Mode = StagedDirectory::Mode;

class StagedDirectoryTest : public testing::Test {
 public:
  ~StagedDirectoryTest() override { fs::remove_all(root_); }

 protected:
  StagedDirectoryTest() {
    std::string pattern = (fs::temp_directory_path() / "treadle-staged-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }

  std::string target() const { return (root_ / "out").string(); }
  static void put(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  static std::string get(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(root_)) found.insert(entry.path().filename().string());
    return found;
  }
  void write(Mode mode, const std::string& text) const {
    StagedDirectory staged(target(), mode, "t");
    put(fs::path(staged.path()) / "part-0.parquet", text);
    staged.commit();
  }

  fs::path root_;
};

TEST_F(StagedDirectoryTest, AppearsAllAtOnceAtCommit) {
  StagedDirectory staged(target() + "/", Mode::kError, "t");
  put(fs::path(staged.path()) / "k=1" / "part-0.parquet", "rows");
  EXPECT_FALSE(fs::exists(target()));
  staged.commit();
  EXPECT_EQ(get(root_ / "out/k=1/part-0.parquet"), "rows");
  EXPECT_EQ(names(), std::set<std::string>{"out"});
}

TEST_F(StagedDirectoryTest, AppendedFilesJoinThoseThatAreThereAllAtOnce) {
  {
    StagedDirectory first(target(), Mode::kAppend, "t");
    EXPECT_FALSE(first.appends());
    put(fs::path(first.path()) / "k=1" / "part-0.parquet", "old");
    put(fs::path(first.path()) / "_metadata", "of the old ones");
    first.commit();
  }
  StagedDirectory more(target(), Mode::kAppend, "u");
  EXPECT_TRUE(more.appends());
  EXPECT_THROW(StagedDirectory(target(), Mode::kAppend, "v"), IoError);
  put(fs::path(more.path()) / "k=1" / "part-1.parquet", "new");
  put(fs::path(more.path()) / "k=2" / "part-1.parquet", "new");
  EXPECT_FALSE(fs::exists(root_ / "out/k=2"));
  more.prepare();
  more.commit();
  EXPECT_EQ(get(root_ / "out/k=1/part-0.parquet"), "old");
  EXPECT_EQ(get(root_ / "out/k=1/part-1.parquet"), "new");
  EXPECT_EQ(get(root_ / "out/k=2/part-1.parquet"), "new");
  EXPECT_FALSE(fs::exists(root_ / "out/_metadata"));
  EXPECT_EQ(names(), std::set<std::string>{"out"});
}

TEST_F(StagedDirectoryTest, AnAppendThatIsGivenUpLeavesWhatWasThere) {
  write(Mode::kError, "old");
  {
    StagedDirectory more(target(), Mode::kAppend, "u");
    put(fs::path(more.path()) / "part-0.parquet", "the name is taken");
    EXPECT_THROW(more.commit(), IoError);
  }
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "old");
  EXPECT_EQ(names(), std::set<std::string>{"out"});
  StagedDirectory(target(), Mode::kAppend, "w").abandon();
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "old");
}

TEST_F(StagedDirectoryTest, AppearsTogetherWithOthersOrNotAtAll) {
  write(Mode::kError, "former");
  const std::string taken = (root_ / "taken").string();
  const std::string fresh = (root_ / "fresh").string();
  {
    StagedDirectory first(target(), Mode::kOverwrite, "t"), second(fresh, Mode::kError, "t"),
        third(taken, Mode::kError, "t");
    for (const StagedDirectory* staged : {&first, &second, &third})
      put(fs::path(staged->path()) / "part-0.parquet", "new");
    put(fs::path(taken) / "part-0.parquet", "theirs");
    StagedOutput* const outputs[] = {&first, &second, &third};
    EXPECT_THROW(publish_together(outputs), IoError);
    EXPECT_EQ(get(root_ / "out/part-0.parquet"), "former");
    EXPECT_FALSE(fs::exists(fresh));

    fs::remove_all(taken);
    publish_together(outputs);
  }
  for (const char* name : {"out", "fresh", "taken"}) EXPECT_EQ(get(root_ / name / "part-0.parquet"), "new");
  EXPECT_EQ(names(), (std::set<std::string>{"out", "fresh", "taken"}));
}

TEST_F(StagedDirectoryTest, LeavesNothingWhenAbandonedOrDestroyed) {
  {
    StagedDirectory staged((root_ / "a/b/out").string(), Mode::kError, "t");
    put(fs::path(staged.path()) / "part-0.parquet", "rows");
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(StagedDirectoryTest, RefusesAnExistingTargetAtOnceAndAtCommit) {
  StagedDirectory staged(target(), Mode::kError, "t");
  put(root_ / "out/part-0.parquet", "theirs");
  EXPECT_THROW(staged.commit(), IoError);
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "theirs");
  EXPECT_THROW(StagedDirectory(target(), Mode::kError, "u"), IoError);
}

TEST_F(StagedDirectoryTest, ReplacesADataSet) {
  write(Mode::kError, "old");
  write(Mode::kOverwrite, "new");
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "new");
  EXPECT_EQ(names(), std::set<std::string>{"out"});
}

TEST_F(StagedDirectoryTest, KeepsTheOldDataSetUntilCommit) {
  write(Mode::kError, "old");
  {
    StagedDirectory staged(target(), Mode::kOverwrite, "t");
    put(fs::path(staged.path()) / "part-0.parquet", "new");
  }
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "old");
}

TEST_F(StagedDirectoryTest, ReplacesNothingButDataSets) {
  put(root_ / "out/part-0.parquet", "rows");
  put(root_ / "out/thesis.tex", "years of work");
  EXPECT_THROW(StagedDirectory(target(), Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_THROW(StagedDirectory((root_ / "out/thesis.tex").string(), Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_THROW(StagedDirectory("/", Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_THROW(StagedDirectory(".", Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_THROW(StagedDirectory("", Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_THROW(StagedDirectory(fs::current_path().string(), Mode::kOverwrite, "t"), InvalidArgument);
  EXPECT_EQ(get(root_ / "out/thesis.tex"), "years of work");
}

TEST_F(StagedDirectoryTest, FollowsALinkToTheDataSet) {
  put(root_ / "real/part-0.parquet", "old");
  fs::create_directory_symlink(root_ / "real", root_ / "out");
  write(Mode::kOverwrite, "new");
  EXPECT_EQ(get(root_ / "real/part-0.parquet"), "new");
  EXPECT_TRUE(fs::is_symlink(root_ / "out"));
}

TEST_F(StagedDirectoryTest, RemovesWhatAKilledProcessLeft) {
  const pid_t child = ::fork();
  if (child == 0) {
    StagedDirectory staged(target(), Mode::kError, "killed");
    put(fs::path(staged.path()) / "part-0.parquet", "half");
    ::_exit(9);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(names(), std::set<std::string>{".out.treadle-killed"});
  const StagedDirectory staged(target(), Mode::kError, "next");
  EXPECT_EQ(names(), std::set<std::string>{".out.treadle-next"});
}

TEST_F(StagedDirectoryTest, LeavesAloneWhatAnotherRunIsWriting) {
  StagedDirectory first(target(), Mode::kError, "first");
  StagedDirectory second(target(), Mode::kError, "second");
  EXPECT_TRUE(fs::exists(first.path()));
  EXPECT_THROW(StagedDirectory(target(), Mode::kError, "first"), IoError);
  first.commit();
  EXPECT_THROW(second.commit(), IoError);
}

TEST_F(StagedDirectoryTest, BringsBackADataSetWhoseReplacementWasInterrupted) {
  put(root_ / ".out.treadle-x.old/part-0.parquet", "old");
  put(root_ / ".out.treadle-x/part-0.parquet", "new");
  EXPECT_THROW(StagedDirectory(target(), Mode::kError, "next"), IoError);
  EXPECT_EQ(get(root_ / "out/part-0.parquet"), "old");
  EXPECT_EQ(names(), std::set<std::string>{"out"});
}

TEST_F(StagedDirectoryTest, SaysWhichDirectoryCannotBeMade) {
  put(root_ / "file", "");
  EXPECT_THROW(StagedDirectory((root_ / "file/out").string(), Mode::kError, "t"), IoError);
}

}  // namespace
}  // namespace treadle::io

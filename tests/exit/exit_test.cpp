// Programs end when main() returns, whatever their tasks do: with the status that they ask for, nothing said,
// and nothing left on the disk. What is in the way of the end is a test that never ends.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace treadle {
namespace {

class ExitTest : public testing::TestWithParam<const char*> {};

TEST_P(ExitTest, TheProgramEndsAsItMeantTo) {
  const std::filesystem::path folder = testing::TempDir() + "treadle_exit_" + GetParam();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string command =
      std::string(TREADLE_LEAVES) + " " + GetParam() + " '" + folder.string() + "' 2>&1";
  FILE* output = ::popen(command.c_str(), "r");
  ASSERT_NE(output, nullptr);
  std::array<char, 4096> text{};
  std::string said;
  while (std::fgets(text.data(), text.size(), output) != nullptr) said += text.data();
  const int status = ::pclose(output);
  EXPECT_TRUE(WIFEXITED(status)) << "a signal ended it";
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_EQ(said, "");
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(While, ExitTest, testing::Values("polling", "computing", "stuck", "kept", "inside"),
                         [](const auto& how) { return std::string(how.param); });

}  // namespace
}  // namespace treadle

#include "bag/text_steps.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/test_context.h"

namespace treadle::bag {
namespace {

/// Writes down what comes: lists in brackets.
class Written final : public Receiver {
 public:
  void take(std::string_view text) override { written += "'" + std::string(text) + "'"; }
  void begin_list() override { written += "["; }
  void end_list() override { written += "]"; }
  std::string written;
};

std::string run(const StepPtr& step, const std::vector<std::string>& texts) {
  io::test::Context context;
  Written end;
  const auto at_work = step->start(end, context);
  for (const std::string& text : texts) at_work->take(std::string_view(text));
  return end.written;
}

TEST(TextSteps, SplitAtWhiteSpaceAsPythonDoes) {
  EXPECT_EQ(run(split_step({}, -1), {" a  b\tc\n", "", " \n"}), "['a''b''c'][][]");
  EXPECT_EQ(run(split_step({}, -1), {"a\x1c"
                                     "b\u00a0c\u3000d\u2028e"}),
            "['a''b''c''d''e']");
  EXPECT_EQ(run(split_step({}, 1), {"  a  b c  "}), "['a''b c  ']");
  EXPECT_EQ(run(split_step({}, 0), {"  a b  "}), "['a b  ']");
}

TEST(TextSteps, SplitAtSeparators) {
  EXPECT_EQ(run(split_step(",", -1), {"a,,b,", ""}), "['a''''b''']['']");
  EXPECT_EQ(run(split_step("--", 1), {"a--b--c"}), "['a''b--c']");
  EXPECT_THROW(split_step("", -1), InvalidArgument);
}

TEST(TextSteps, StripEnds) {
  EXPECT_EQ(run(strip_step(Ends::kBoth, {}), {"\u2003 a b \n"}), "'a b'");
  EXPECT_EQ(run(strip_step(Ends::kLeft, {}), {"  a  ", "   "}), "'a  '''");
  EXPECT_EQ(run(strip_step(Ends::kRight, "é!"), {"!ré!é"}), "'!r'");
}

TEST(TextSteps, Replace) {
  EXPECT_EQ(run(replace_step("aa", "b", -1), {"aaaaa"}), "'bba'");
  EXPECT_EQ(run(replace_step("a", "", 2), {"banana"}), "'bnna'");
  EXPECT_EQ(run(replace_step("", "-", -1), {"aé", ""}), "'-a-é-''-'");
  EXPECT_EQ(run(replace_step("", "-", 2), {"abc"}), "'-a-bc'");
}

TEST(TextSteps, TranslateCharacters) {
  EXPECT_EQ(run(translate_step({{'a', "1"}, {0xE9, ""}, {'c', "xyz"}}), {"abcé"}), "'1bxyz'");
}

TEST(TextSteps, MatchPatterns) {
  EXPECT_EQ(run(match_step("*.txt"), {"a.txt", "b.csv", ".txt"}), "'a.txt''.txt'");
  EXPECT_EQ(run(match_step("[a-c]?[!x]"), {"aéy", "aéx", "dab"}), "'aéy'");
  EXPECT_EQ(run(match_step("a[]b]*["), {"a]x[", "ab[", "ac["}), "'a]x[''ab['");
  EXPECT_EQ(run(match_step("*a*b*a"), {"xaxbxa", "ab"}), "'xaxbxa'");
}

}  // namespace
}  // namespace treadle::bag

// The instruction sets that the scan is made for.
#define HWY_WANT_AVX3_DL
#include "io/csv/structure.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "io/csv/scan_state.h"

namespace treadle::csv {
namespace {

struct Scanned {
  std::vector<std::uint32_t> separators;
  std::size_t newlines = 0;
  bool ends_in_quotes = false;
  bool has_inner_quotes = false;
  bool operator==(const Scanned&) const = default;
};

Scanned scanned(const Structure& structure, bool ends_in_quotes) {
  const std::uint32_t* first = structure.edges() + 1;
  return {{first, first + structure.num_separators},
          structure.num_newlines,
          ends_in_quotes,
          structure.has_inner_quotes};
}

Scanned by_vector(const Dialect& dialect, const std::string& text) {
  Structure structure;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  scan_structure(dialect, bytes, 0, static_cast<std::uint32_t>(text.size()), false, structure);
  return scanned(structure, structure.ends_in_quotes);
}

Scanned by_bytes(const Dialect& dialect, const std::string& text) {
  Structure structure;
  structure.reset(UINT32_MAX);
  ScanState state;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  scan_bytes(dialect, bytes, 0, static_cast<std::uint32_t>(text.size()), state, structure);
  return scanned(structure, state.inside_quotes != 0);
}

std::string random_text(std::mt19937& random, const std::string& alphabet) {
  std::string text(random() % 400, ' ');
  for (char& c : text) c = alphabet[random() % alphabet.size()];
  return text;
}

TEST(Structure, FindsDelimitersAndNewlines) {
  EXPECT_EQ(by_vector({}, "a,b\n1,2\n").separators, (std::vector<std::uint32_t>{1, 3, 5, 7}));
}

TEST(Structure, LeavesOutWhatIsQuoted) {
  EXPECT_EQ(by_vector({}, "\"a,\"\"\n\",b\n").separators, (std::vector<std::uint32_t>{7, 9}));
}

TEST(Structure, TakesAQuoteInsideAnUnquotedFieldAsItself) {
  EXPECT_EQ(by_vector({}, "5\" disk,x\n6\",y\n").separators, (std::vector<std::uint32_t>{7, 9, 12, 14}));
}

TEST(Structure, SaysThatTheTextEndsInQuotes) { EXPECT_TRUE(by_vector({}, "a,\"b\n").ends_in_quotes); }

TEST(Structure, EveryInstructionSetFindsWhatTheByteScanFinds) {
  Dialect escaping, commented, unquoted, everything;
  escaping.escape = '\\';
  commented.comment = '#';
  unquoted.quote = 0;
  everything.escape = '\\';
  everything.comment = '#';
  std::mt19937 random(20);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (int round = 0; round < 4000; ++round) {
      const std::string sparse = random_text(random, "abcdefghijklmnopqrstuvw012345678,,,\n\"");
      const std::string dense = random_text(random, std::string("\"\"\"\"a,,\n\n#\\\0", 12));
      for (const Dialect& dialect : {Dialect(), escaping, commented, unquoted, everything}) {
        ASSERT_EQ(by_vector(dialect, sparse), by_bytes(dialect, sparse)) << hwy::TargetName(target) << "\n"
                                                                         << sparse;
        ASSERT_EQ(by_vector(dialect, dense), by_bytes(dialect, dense)) << hwy::TargetName(target) << "\n"
                                                                       << dense;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Structure, NotesWhatElseTheTextHolds) {
  Structure structure;
  const std::string text = "a,\xc3\xa4\r\n";
  scan_structure({}, reinterpret_cast<const std::uint8_t*>(text.data()), 0, 6, false, structure);
  EXPECT_TRUE(structure.has_non_ascii);
  EXPECT_TRUE(structure.has_carriage_returns);
  EXPECT_FALSE(structure.has_quotes);
}

}  // namespace
}  // namespace treadle::csv

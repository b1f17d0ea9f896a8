#include "io/text/text_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "io/test_context.h"
#include "io/text/decoder.h"
#include "io/text/text_blocks.h"
#include "treadle/error.h"

namespace treadle::text {
namespace {

using io::test::Context;
using io::test::TemporaryFolder;
using Lines = std::vector<std::string>;

class TextFilesTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  /// The lines of all partitions, blocks of `block_bytes`.
  Lines lines(const TextFiles& files, std::size_t block_bytes) {
    Context context;
    Lines found;
    for (std::size_t partition = 0; partition < files.num_partitions(); ++partition) {
      for (const Strip& strip : files.strips(partition)) {
        TextBlocks blocks(files, strip, block_bytes);
        for (std::string_view block = blocks.next(context); !block.empty(); block = blocks.next(context)) {
          for_each_line(block, files.options().line_ends, files.options().delimiter,
                        [&](std::string_view line) { found.emplace_back(line); });
        }
        if (files.options().empty_last_line && blocks.at_last_delimiter()) found.emplace_back();
      }
    }
    return found;
  }
  Lines lines(const std::string& bytes, const ReadTextOptions& options = {}) {
    return lines(TextFiles({write("x.txt", bytes)}, options), 64);
  }

  TemporaryFolder folder_;
};

TEST_F(TextFilesTest, LinesEndWhereUniversalNewlinesSay) {
  EXPECT_EQ(lines("a\nb\r\nc\rd"), (Lines{"a\n", "b\n", "c\n", "d"}));
  EXPECT_EQ(lines("\n\n"), (Lines{"\n", "\n"}));
  EXPECT_EQ(lines(""), Lines());
  ReadTextOptions kept;
  kept.line_ends = LineEnds::kKept;
  EXPECT_EQ(lines("a\nb\r\nc\rd", kept), (Lines{"a\n", "b\r\n", "c\r", "d"}));
}

TEST_F(TextFilesTest, LinesEndAtDelimiters) {
  ReadTextOptions options;
  options.line_ends = LineEnds::kDelimiter;
  options.delimiter = "||";
  EXPECT_EQ(lines("a|b||c||", options), (Lines{"a|b||", "c||"}));
  options.empty_last_line = true;
  EXPECT_EQ(lines("a|b||c||", options), (Lines{"a|b||", "c||", ""}));
  EXPECT_EQ(lines("a|||b", options), (Lines{"a||", "|b"}));
  EXPECT_EQ(lines("a", options), (Lines{"a"}));
}

TEST_F(TextFilesTest, EveryCutGivesEachLineOnce) {
  std::mt19937 random(11);
  for (const std::string delimiter : {"\n", "ab", ";"}) {
    std::string bytes;
    for (int i = 0; i < 300; ++i)
      bytes += std::string(random() % 12, 'a') + (random() % 3 != 0 ? delimiter : "b");
    ReadTextOptions options;
    options.line_ends = delimiter == "\n" ? LineEnds::kUniversal : LineEnds::kDelimiter;
    options.delimiter = delimiter;
    const Lines whole = lines(bytes, options);
    for (const std::size_t blocksize : {1, 2, 7, 50, 1000}) {
      options.blocksize = blocksize;
      EXPECT_EQ(lines(bytes, options), whole) << blocksize << " bytes, " << delimiter;
    }
  }
}

TEST_F(TextFilesTest, DecodesLatin1AndUtf16) {
  ReadTextOptions options;
  options.encoding = TextEncoding::kLatin1;
  EXPECT_EQ(lines("caf\xE9\nna\xEFve", options), (Lines{"café\n", "naïve"}));
  options.encoding = TextEncoding::kUtf16;
  const Lines expected = {"é\n", "\U0001F600Ċ\r\n", "x"};
  for (const TextEncoding order : {TextEncoding::kUtf16Le, TextEncoding::kUtf16Be}) {
    BufferBuilder encoded;
    // A letter whose second byte is that of a newline.
    encode(order, "\uFEFFé\n\U0001F600Ċ\r\nx", encoded);
    options.line_ends = LineEnds::kKept;
    EXPECT_EQ(lines(std::string(encoded.finish()->text()), options), expected);
  }
}

TEST_F(TextFilesTest, BadTextIsAnErrorOrReplacedOrLeftOut) {
  const std::string bytes =
      "ok\nb\xE9"
      "d\n\xF0\x9F\x98 x\n";
  ReadTextOptions options;
  try {
    lines(bytes, options);
    FAIL();
  } catch (const DecodeError& error) {
    EXPECT_NE(std::string(error.what()).find("0xe9 at offset 4"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("x.txt:2"), std::string::npos) << error.what();
  }
  options.on_bad_text = OnBadText::kReplace;
  EXPECT_EQ(lines(bytes, options), (Lines{"ok\n", "b\uFFFDd\n", "\uFFFD x\n"}));
  options.on_bad_text = OnBadText::kIgnore;
  EXPECT_EQ(lines(bytes, options), (Lines{"ok\n", "bd\n", " x\n"}));
}

TEST_F(TextFilesTest, FilesMakePartitions) {
  write("1.txt", "a\n");
  write("2.txt", "b");
  write("3.txt", "c\n");
  ReadTextOptions options;
  options.files_per_partition = 2;
  const TextFiles files({folder_ / "?.txt"}, options);
  EXPECT_EQ(files.num_partitions(), 2U);
  EXPECT_EQ(lines(files, 64), (Lines{"a\n", "b", "c\n"}));
}

TEST_F(TextFilesTest, RefusesWhatDoesNotGoTogether) {
  const std::string path = write("x.txt", "a\n");
  ReadTextOptions options;
  options.blocksize = 10;
  options.files_per_partition = 2;
  EXPECT_THROW(TextFiles({path}, options), InvalidArgument);
  options.files_per_partition = 1;
  options.encoding = TextEncoding::kUtf16;
  EXPECT_THROW(TextFiles({path}, options), InvalidArgument);
  EXPECT_THROW(TextFiles({folder_ / "none*.txt"}, {}), IoError);
}

TEST_F(TextFilesTest, ReadsGzipWhateverItIsCalled) {
  const std::string path = folder_ / "packed";
  const gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, "a\nb\n");
  gzclose(file);
  EXPECT_EQ(lines(TextFiles({path}, {}), 64), (Lines{"a\n", "b\n"}));
  ReadTextOptions options;
  options.compression = TextCompression::kBzip2;
  EXPECT_THROW(lines(TextFiles({path}, options), 64), IoError);
  options.compression = TextCompression::kXz;
  EXPECT_THROW(lines(TextFiles({path}, options), 64), IoError);
}

}  // namespace
}  // namespace treadle::text

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/arrays/element_type.h"
#include "io/arrays/raw_elements.h"
#include "io/arrays/staged_file.h"
#include "io/arrays/test_arrays.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

TEST(ElementTypeTest, SaysWhatItWasMadeOf) {
  for (const char* text : {"|b1", "|i1", "<u4", ">f8", "<f2", "<c16", "<M8[ns]", "<m8[25s]", "<M8"})
    EXPECT_EQ(ElementType::from_string(text).to_string(), text);
  EXPECT_EQ(ElementType::from_string("i8").to_string(), "<i8");
}

TEST(ElementTypeTest, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "<U4", "|O", "|S3", "<f3", "<c4", "<M8[xs]", "<M8[ns", "<M4[ns]", "<f8[ns]",
                           "|b2", "<f", "<M8[0s]"})
    EXPECT_THROW(ElementType::from_string(text), TypeError) << text;
}

TEST(ElementTypeTest, TurnsBytesOfPartsOfComplexNumbers) {
  unsigned char bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  swap_bytes(bytes, 1, ElementType::from_string(">c8"));
  const unsigned char turned[] = {4, 3, 2, 1, 8, 7, 6, 5};
  EXPECT_EQ(std::memcmp(bytes, turned, sizeof bytes), 0);
}

TEST(RawElementsTest, BoxesAreThoseOfTheWholeArray) {
  const test::TemporaryFolder folder;
  const Extents shape = {5, 7, 300};
  const auto values = test::counting(5 * 7 * 300);
  std::ofstream(folder / "raw")
      .write(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
  const File file(FileIdentity::of(folder / "raw"));
  const Extents fortran = {300, 7, 5};
  for (const Box& box : {Box{{0, 0, 0}, {5, 7, 300}}, Box{{1, 2, 3}, {2, 3, 4}}, Box{{4, 0, 299}, {1, 7, 1}},
                         Box{{0, 6, 0}, {5, 1, 300}}, Box{{2, 2, 2}, {0, 1, 1}}}) {
    std::vector<double> expected;
    for (std::int64_t i = 0; i < box.count[0]; ++i)
      for (std::int64_t j = 0; j < box.count[1]; ++j)
        for (std::int64_t k = 0; k < box.count[2]; ++k)
          expected.push_back(
              static_cast<double>(((box.start[0] + i) * 7 + box.start[1] + j) * 300 + box.start[2] + k));
    std::vector<double> found(box.num_elements());
    read_raw(file, {0, shape, test::kFloat64, false}, box, found.data());
    EXPECT_EQ(found, expected) << box.to_string();

    const Box turned{{box.start[2], box.start[1], box.start[0]}, {box.count[2], box.count[1], box.count[0]}};
    read_raw(file, {0, fortran, test::kFloat64, true}, turned, found.data());
    std::vector<double> back(found.size());
    fortran_to_c(found.data(), box.count, back.data(), sizeof(double));
    EXPECT_EQ(back, expected) << box.to_string();
  }
}

TEST(RawElementsTest, EmptyAxesAndNoAxes) {
  const test::TemporaryFolder folder;
  const double value = 7;
  std::ofstream(folder / "raw").write(reinterpret_cast<const char*>(&value), sizeof value);
  const File file(FileIdentity::of(folder / "raw"));
  double found = 0;
  read_raw(file, {0, {}, test::kFloat64, false}, {}, &found);
  EXPECT_EQ(found, 7);
  read_raw(file, {0, {3, 0}, test::kFloat64, false}, {{0, 0}, {3, 0}}, nullptr);
}

TEST(StoredArrayTest, MoreThanMemoryAddressesIsRefused) {
  const ArrayLayout layout{{std::int64_t{1} << 40, std::int64_t{1} << 30}, test::kFloat64, {}};
  EXPECT_THROW(layout.num_bytes("x"), InvalidArgument);
  EXPECT_EQ(
      (ArrayLayout{{std::int64_t{1} << 62, 0, std::int64_t{1} << 62}, test::kFloat64, {}}.num_bytes("x")), 0);
  EXPECT_THROW(check_box({{1}, {3}}, {3}, "x"), InvalidArgument);
  EXPECT_THROW(check_box({{-1}, {1}}, {3}, "x"), InvalidArgument);
  EXPECT_THROW(check_box({{0, 0}, {1, 1}}, {3}, "x"), InvalidArgument);
}

TEST(StagedFileTest, AppearsWhenPublishedAndLeavesNothingElse) {
  const test::TemporaryFolder folder;
  const std::string target = folder / "made/out.bin";
  {
    StagedFile file(target, StagedFile::Mode::kError, "t");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  StagedFile file(target, StagedFile::Mode::kError, "t");
  file.resize(3);
  file.write_at(0, "abc", 3);
  EXPECT_FALSE(std::filesystem::exists(target));
  StagedOutput* const outputs[] = {&file};
  publish_together(outputs);
  EXPECT_EQ(std::filesystem::file_size(target), 3);
  EXPECT_THROW(StagedFile(target, StagedFile::Mode::kError, "t"), IoError);
  EXPECT_THROW(StagedFile(folder / "made", StagedFile::Mode::kOverwrite, "t"), InvalidArgument);
}

TEST(StagedFileTest, TakenBackTheFormerFileIsThere) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "out") << "former";
  {
    StagedFile file(folder / "out", StagedFile::Mode::kOverwrite, "t");
    file.write_at(0, "new", 3);
    file.prepare();
    file.publish();
    EXPECT_EQ(std::filesystem::file_size(folder / "out"), 3);
    file.take_back();
  }
  EXPECT_EQ(std::filesystem::file_size(folder / "out"), 6);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace treadle::io

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/arrays/test_arrays.h"
#include "io/npy/header.h"
#include "io/npy/npy_array.h"
#include "io/npy/npy_stack.h"
#include "io/npy/stack_info.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

std::string with_header(char major, const std::string& literal) {
  std::string bytes = "\x93NUMPY";
  bytes += major;
  bytes += '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) bytes += static_cast<char>(literal.size() >> (8 * i));
  return bytes + literal;
}

std::string error_of(const std::string& bytes) {
  try {
    npy::parse_header(bytes, "x.npy");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(NpyHeaderTest, ReadsAllVersionsAndOrders) {
  for (const char major : {1, 2, 3}) {
    const npy::Header header = npy::parse_header(
        with_header(major, "{'descr': '>i4', 'fortran_order': True, 'shape': (2, 3L), }   \n"), "x");
    EXPECT_EQ(header.shape, (Extents{2, 3}));
    EXPECT_EQ(header.element.to_string(), ">i4");
    EXPECT_TRUE(header.fortran_order);
  }
  EXPECT_EQ(npy::parse_header(with_header(1, "{\"shape\":(),\"descr\":\"|b1\",\"fortran_order\":False}"), "x")
                .shape,
            Extents());
}

TEST(NpyHeaderTest, MakesWhatItReads) {
  for (const Extents& shape : {Extents{}, Extents{0}, Extents{5}, Extents{123456789, 3}}) {
    const std::string made = npy::make_header(shape, ElementType::from_string("<M8[ns]"));
    EXPECT_EQ(made.size() % 64, 0);
    const npy::Header header = npy::parse_header(made, "x");
    EXPECT_EQ(header.shape, shape);
    EXPECT_EQ(header.element.to_string(), "<M8[ns]");
    EXPECT_EQ(header.data_offset, made.size());
  }
}

TEST(NpyHeaderTest, SaysWhereItIsDamaged) {
  EXPECT_EQ(error_of("PK\x03\x04"),
            "x.npy: not a valid .npy file: at byte 0: expected the six bytes \\x93NUMPY");
  EXPECT_EQ(error_of(with_header(4, "{}")),
            "x.npy: not a valid .npy file: at byte 6: expected version 1, 2 or 3, found 4");
  EXPECT_EQ(error_of(with_header(1, "{'descr': '<f8'}")),
            "x.npy: not a valid .npy file: at byte 26: expected the keys 'descr', 'fortran_order' and "
            "'shape', found "
            "the end");
  EXPECT_EQ(error_of(with_header(1, "{'shape': (-1,)}")),
            "x.npy: not a valid .npy file: at byte 21: expected a length of an axis, found \"-1,)}\"");
  EXPECT_EQ(error_of(with_header(1, "{'descr': '|O', 'fortran_order': False, 'shape': ()}")),
            "x.npy: expected elements that are bool, integer, float, complex, datetime64 or timedelta64, "
            "found \"|O\"");
  EXPECT_EQ(error_of(with_header(1, "{'descr': [('a', '<f8')], }")),
            "x.npy: expected an array of numbers, found records");
  const std::string whole = with_header(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(npy::parse_header(whole.substr(0, size), "x"), IoError) << size;
}

TEST(NpyArrayTest, ComesBackAsItWasWritten) {
  const test::TemporaryFolder folder;
  const auto values = test::counting(10 * 7);
  const auto writer = create_npy(folder / "a.npy", {10, 7}, test::kFloat64, false, "t");
  test::write_pieces(*writer, {10, 7}, values, 4, 3);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.npy"));
  test::publish(*writer);
  const StoredArrayPtr array = open_npy(folder / "a.npy");
  EXPECT_EQ(array->layout().shape, (Extents{10, 7}));
  EXPECT_EQ(test::read_all(*array), values);
  EXPECT_EQ(test::read_box(*array, {{9, 5}, {1, 2}}), (std::vector<double>{68, 69}));
}

TEST(NpyArrayTest, TruncatedAndChangedFilesAreErrors) {
  const test::TemporaryFolder folder;
  const auto writer = create_npy(folder / "a.npy", {4, 4}, test::kFloat64, false, "t");
  test::write_pieces(*writer, {4, 4}, test::counting(16), 4, 4);
  test::publish(*writer);
  const StoredArrayPtr array = open_npy(folder / "a.npy");
  std::filesystem::resize_file(folder / "a.npy", 200);
  EXPECT_THROW(test::read_all(*array), IoError);
  try {
    open_npy(folder / "a.npy");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("needs 128 bytes behind the header, found 72"),
              std::string::npos)
        << error.what();
  }
}

TEST(NpyArrayTest, WhatIsNotPublishedIsNotThere) {
  const test::TemporaryFolder folder;
  create_npy(folder / "a.npy", {1 << 10}, test::kFloat64, false, "t").reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(NpyStackTest, ComesBackPieceByPiece) {
  const test::TemporaryFolder folder;
  const ArrayLayout layout{{3, 10}, test::kFloat64, {}};
  const auto writer = create_npy_stack(folder / "stack", layout, 1, {4, 0, 6}, false, "t");
  const auto values = test::counting(30);
  writer->write({{0, 0}, {3, 4}}, values.data());
  writer->write({{0, 4}, {3, 0}}, nullptr);
  EXPECT_THROW(writer->write({{0, 4}, {2, 6}}, values.data()), InvalidArgument);
  writer->write({{0, 4}, {3, 6}}, values.data());
  test::publish(*writer);
  const NpyStack stack = open_npy_stack(folder / "stack");
  EXPECT_EQ(stack.axis, 1);
  ASSERT_EQ(stack.pieces.size(), 3);
  EXPECT_EQ(test::read_all(*stack.pieces[2]), test::counting(18));
}

TEST(NpyStackTest, IsNoShorterForAPieceThatIsMissing) {
  const test::TemporaryFolder folder;
  const auto writer = create_npy_stack(folder / "stack", {{6}, test::kFloat64, {}}, 0, {2, 2, 2}, false, "t");
  const auto values = test::counting(2);
  for (const std::int64_t start : {0, 2, 4}) writer->write({{start}, {2}}, values.data());
  test::publish(*writer);
  std::filesystem::remove(folder / "stack/1.npy");
  try {
    open_npy_stack(folder / "stack");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1.npy"), std::string::npos) << error.what();
  }
}

TEST(NpyStackTest, FindsTheAxisInAnyPickle) {
  const std::string memo(
      "\x8c\x04"
      "axis\x94K\x02u.",
      11);
  EXPECT_EQ(npy::axis_in_stack_info(memo, "info"), 2);
  EXPECT_EQ(npy::axis_in_stack_info("(dp0\nVaxis\np1\nI1\nss.", "info"), 1);
  EXPECT_EQ(npy::axis_in_stack_info(std::string("X\x04\0\0\0axisq\x07K\x01u.", 14), "info"), 1);
  for (const char* text : {"", "axis", "axis\n", "axisX"})
    EXPECT_THROW(npy::axis_in_stack_info(text, "info"), IoError) << text;
}

}  // namespace
}  // namespace treadle::io

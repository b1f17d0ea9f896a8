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

TEST(NpyStackTest, IsNoShorterForPiecesThatAreMissing) {
  for (const char* missing : {"0.npy", "1.npy", "2.npy"}) {
    const test::TemporaryFolder folder;
    const auto writer =
        create_npy_stack(folder / "stack", {{6}, test::kFloat64, {}}, 0, {2, 2, 2}, false, "t");
    const auto values = test::counting(2);
    for (const std::int64_t start : {0, 2, 4}) writer->write({{start}, {2}}, values.data());
    test::publish(*writer);
    std::filesystem::remove(folder / ("stack/" + std::string(missing)));
    try {
      open_npy_stack(folder / "stack");
      FAIL() << missing;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(missing), std::string::npos) << error.what();
    }
  }
}

TEST(NpyStackTest, PiecesAreAsLongAsItSays) {
  const test::TemporaryFolder folder;
  const auto values = test::counting(3);
  for (const std::int64_t length : {2, 3}) {
    const std::string name = folder / std::to_string(length);
    const auto writer = create_npy_stack(name, {{length}, test::kFloat64, {}}, 0, {length}, false, "t");
    writer->write({{0}, {length}}, values.data());
    test::publish(*writer);
  }
  std::filesystem::copy_file(folder / "3/0.npy", folder / "2/0.npy",
                             std::filesystem::copy_options::overwrite_existing);
  try {
    open_npy_stack(folder / "2");
    FAIL();
  } catch (const IoError& error) {
    EXPECT_NE(std::string(error.what()).find("expected a piece of the length 2"), std::string::npos);
  }
}

void expect_described(const std::string& info) {
  const npy::StackInfo found = npy::parse_stack_info(info, "info");
  EXPECT_EQ(found.axis, 1);
  EXPECT_EQ(found.lengths, (Extents{70'000, 0, 2}));
}

TEST(NpyStackTest, ReadsAnyPickle) {
  // Protocol 0, of Python's pickle and NumPy's dtype.
  expect_described(std::string(
      "\050\144\160\060\012\126\143\150\165\156\153\163\012\160\061\012\050\050\111\063\012\111\063"
      "\012\164\160\062\012\050\111\067\060\060\060\060\012\111\060\012\111\062\012\164\160\063\012"
      "\164\160\064\012\163\126\144\164\171\160\145\012\160\065\012\143\156\165\155\160\171\012\144"
      "\164\171\160\145\012\160\066\012\050\126\146\070\012\160\067\012\111\060\060\012\111\060\061"
      "\012\164\160\070\012\122\160\071\012\050\111\063\012\126\074\012\160\061\060\012\116\116\116"
      "\111\055\061\012\111\055\061\012\111\060\012\164\160\061\061\012\142\163\126\141\170\151\163"
      "\012\160\061\062\012\111\061\012\163\056",
      148));
  // Protocol 2, of Python's pickle and NumPy's dtype.
  expect_described(std::string(
      "\200\002\175\161\000\050\130\006\000\000\000\143\150\165\156\153\163\161\001\113\003\113\003"
      "\206\161\002\112\160\021\001\000\113\000\113\002\207\161\003\206\161\004\130\005\000\000\000"
      "\144\164\171\160\145\161\005\143\156\165\155\160\171\012\144\164\171\160\145\012\161\006\130"
      "\002\000\000\000\146\070\161\007\211\210\207\161\010\122\161\011\050\113\003\130\001\000\000"
      "\000\074\161\012\116\116\116\112\377\377\377\377\112\377\377\377\377\113\000\164\161\013\142"
      "\130\004\000\000\000\141\170\151\163\161\014\113\001\165\056",
      130));
  // Protocol 4, of Python's pickle and NumPy's dtype.
  expect_described(std::string(
      "\200\004\225\150\000\000\000\000\000\000\000\175\224\050\214\006\143\150\165\156\153\163\224"
      "\113\003\113\003\206\224\112\160\021\001\000\113\000\113\002\207\224\206\224\214\005\144\164"
      "\171\160\145\224\214\005\156\165\155\160\171\224\214\005\144\164\171\160\145\224\223\224\214"
      "\002\146\070\224\211\210\207\224\122\224\050\113\003\214\001\074\224\116\116\116\112\377\377"
      "\377\377\112\377\377\377\377\113\000\164\224\142\214\004\141\170\151\163\224\113\001\165\056",
      115));
  const ElementType element = test::kFloat64;
  expect_described(npy::make_stack_info({{6}, {70'000, 0, 2}}, element, 1));
}

TEST(NpyStackTest, WhatIsNoDescriptionIsAnError) {
  const std::string whole = npy::make_stack_info({{2, 2}}, test::kFloat64, 0);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW(npy::parse_stack_info(whole.substr(0, size), "info"), IoError) << size;
  EXPECT_THROW(npy::parse_stack_info(npy::make_stack_info({{2, 2}}, test::kFloat64, 1), "info"), IoError);
  // An instruction that no description needs; a list that holds itself; a tuple in a tuple in a tuple ...
  for (const std::string& text :
       {std::string("P1\n."), std::string("]q\0h\0a.", 7), ")" + std::string(100'000, '\x85') + '.'})
    EXPECT_THROW(npy::parse_stack_info(text, "info"), IoError);
}

}  // namespace
}  // namespace treadle::io

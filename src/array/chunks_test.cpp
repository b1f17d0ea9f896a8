#include "treadle/chunks.h"

#include <gtest/gtest.h>

#include "treadle/error.h"

namespace treadle {
namespace {

using Sizes = std::vector<std::int64_t>;

std::string cut(const Chunking& chunking, const Shape& shape) {
  return chunking.chunks_of(shape, 8).to_string();
}

TEST(Chunking, TakesSizesListsAndWholeAxes) {
  EXPECT_EQ(cut(3, {7, 2}), "((3, 3, 1), (2,))");
  EXPECT_EQ(cut(-1, {7, 0}), "((7,), (0,))");
  EXPECT_EQ(cut(Chunking({std::int64_t{4}, Sizes{1, 2}}), {5, 3}), "((4, 1), (1, 2))");
  EXPECT_EQ(cut(Chunking::some({{-1, std::int64_t{2}}}), {5, 3}), "((5,), (2, 1))");
  EXPECT_EQ(cut({}, {}), "()");
}

TEST(Chunking, CutsToTheTarget) {
  const Chunks chunks = Chunking().chunks_of({100'000, 100'000}, 8);
  EXPECT_LE(chunks.largest() * 8, kTargetChunkBytes);
  EXPECT_GE(chunks.largest() * 8, kTargetChunkBytes / 2);
  EXPECT_EQ(cut({}, {10, 10}), "((10,), (10,))");
  const Chunks flat = Chunking({std::int64_t{-1}, {}}).chunks_of({1'000'000, 100'000}, 8);
  EXPECT_EQ(flat.axis(0).size(), 1);
  EXPECT_LE(flat.largest() * 8, kTargetChunkBytes);
  EXPECT_EQ(Chunking::of_bytes(80).chunks_of({100}, 8).axis(0)[0], 10);
}

TEST(Chunking, RefusesWhatDoesNotAddUpShowingBoth) {
  try {
    cut(Chunking({Sizes{2, 2}}), {5});
    FAIL();
  } catch (const InvalidArgument& error) {
    EXPECT_STREQ(error.what(), "expected chunks that add up to the shape (5,), found (2, 2) along axis 0");
  }
  EXPECT_THROW(cut(0, {5}), InvalidArgument);
  EXPECT_THROW(cut(Chunking({std::int64_t{1}, std::int64_t{1}, std::int64_t{1}}), {5, 5}), InvalidArgument);
  EXPECT_THROW(cut(Chunking::some({{2, std::int64_t{1}}}), {5, 5}), InvalidArgument);
  EXPECT_THROW(cut(2, {kUnknownLength}), InvalidArgument);
}

TEST(Chunks, KnowsPlacesAndOffsets) {
  const Chunks chunks({{2, 3}, {4, 1, 2}});
  EXPECT_EQ(chunks.shape(), (Shape{5, 7}));
  for (std::size_t block = 0; block < chunks.size(); ++block)
    EXPECT_EQ(chunks.number(chunks.place(block)), block);
  EXPECT_EQ(chunks.block_offset(chunks.place(5)), (Shape{2, 5}));
  EXPECT_EQ(chunks.block_shape(chunks.place(5)), (Shape{3, 2}));
}

}  // namespace
}  // namespace treadle

#include "memory/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "treadle/error.h"

namespace treadle {
namespace {

TEST(Buffer, KeepsWhatWasAppendedWhileGrowing) {
  BufferBuilder builder;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = std::to_string(i);
    builder.append(piece.data(), piece.size());
    expected += piece;
  }
  EXPECT_EQ(builder.finish()->text(), expected);
  EXPECT_TRUE(builder.empty());
}

TEST(Buffer, IsAlignedAndPadded) {
  BufferBuilder builder(3);
  const BufferPtr buffer = builder.finish();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->data()) % Buffer::kAlignment, 0u);
}

TEST(Buffer, SliceKeepsTheWholeAlive) {
  BufferPtr whole = Buffer::copy("hello world", 11);
  const BufferPtr slice = Buffer::slice(whole, 6, 5);
  whole.reset();
  EXPECT_EQ(slice->text(), "world");
  EXPECT_EQ(Buffer::slice(slice, 1, 3)->text(), "orl");
  EXPECT_THROW(Buffer::slice(slice, 1, 5), InternalError);
  EXPECT_THROW(Buffer::slice(slice, 6, SIZE_MAX), InternalError);
}

TEST(Buffer, ReleasesForeignMemoryOnce) {
  int released = 0;
  char memory[4] = {'a', 'b', 'c', 'd'};
  {
    BufferPtr buffer =
        Buffer::wrap(memory, 4, std::shared_ptr<const void>(memory, [&](const void*) { ++released; }));
    BufferPtr slice = Buffer::slice(buffer, 1, 2);
    buffer.reset();
    EXPECT_EQ(released, 0);
    EXPECT_EQ(slice->text(), "bc");
  }
  EXPECT_EQ(released, 1);
}

TEST(Buffer, EmptyBuilderGivesTheEmptyBuffer) {
  EXPECT_EQ(BufferBuilder().finish(), Buffer::empty());
  EXPECT_EQ(Buffer::copy(nullptr, 0)->size(), 0u);
}

TEST(Buffer, ZeroedResizeClearsOnlyNewBytes) {
  BufferBuilder builder;
  builder.append("xy", 2);
  builder.resize_zeroed(5);
  EXPECT_EQ(builder.finish()->text(), std::string_view("xy\0\0\0", 5));
}

TEST(Buffer, ShrinksAndMoves) {
  BufferBuilder builder;
  builder.reserve(1 << 20);
  builder.append("abc", 3);
  builder.shrink_to_fit();
  EXPECT_EQ(builder.capacity(), 3u);
  BufferBuilder other = std::move(builder);
  EXPECT_EQ(other.finish()->text(), "abc");
}

TEST(Buffer, ImpossibleSizesAreOutOfMemory) {
  BufferBuilder builder;
  builder.append("abc", 3);
  EXPECT_THROW(builder.resize(SIZE_MAX / 2), OutOfMemory);
  EXPECT_THROW(builder.reserve_more(SIZE_MAX - 1), OutOfMemory);
  EXPECT_EQ(builder.finish()->text(), "abc");
}

}  // namespace
}  // namespace treadle

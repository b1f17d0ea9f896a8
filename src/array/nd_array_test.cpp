#include "treadle/nd_array.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

class StringSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    text.append(static_cast<const char*>(bytes), size);
  }
  std::string text;
};

class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  void read(void* bytes, std::size_t size) override {
    if (size > text_.size() - at_) throw IoError("the text ends");
    std::memcpy(bytes, text_.data() + at_, size);
    at_ += size;
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

const NdArray& grid() {
  static const NdArray array = NdArray::of<std::int32_t>({0, 1, 2, 3, 4, 5}, {2, 3});
  return array;
}

TEST(NdArray, ViewsShareTheirBytes) {
  const std::vector<std::size_t> axes = {1, 0};
  const NdArray turned = grid().transposed(axes);
  EXPECT_EQ(turned.data(), grid().data());
  EXPECT_FALSE(turned.contiguous());
  EXPECT_EQ(turned.to_string(), "[[0, 3], [1, 4], [2, 5]]");
  const std::vector<AxisSlice> slices = {{1, -1, 2}, {0, 2, 2}};
  EXPECT_EQ(grid().sliced(slices).to_string(), "[[3, 5], [0, 2]]");
  EXPECT_EQ(grid().broadcast({2, 2, 3}).to_string(), "[[[0, 1, 2], [3, 4, 5]], [[0, 1, 2], [3, 4, 5]]]");
  EXPECT_EQ(grid().reshaped({3, 2}).data(), grid().data());
  EXPECT_EQ(turned.reshaped({6}).to_string(), "[0, 3, 1, 4, 2, 5]");
  EXPECT_THROW(turned.values<std::int32_t>(), InvalidArgument);
  EXPECT_THROW(grid().values<double>(), TypeError);
}

TEST(NdArray, CountsWhatItKeepsAlive) {
  std::vector<double> values(1000);
  const auto owner = std::make_shared<const std::vector<double>>(values);
  const NdArray borrowed(ElementKind::kFloat64, {1000}, owner->data(), owner, true);
  EXPECT_LT(Codec<NdArray>::nbytes(borrowed), 200);
  const NdArray owned = NdArray::of(values, {1000});
  const std::vector<AxisSlice> first = {{0, 1, 1}};
  EXPECT_GE(Codec<NdArray>::nbytes(owned.sliced(first)), 8000);
  EXPECT_LT(Codec<NdArray>::nbytes(owned.sliced(first).compacted()), 200);
}

TEST(NdArray, IsWrittenAndReadInCOrder) {
  const std::vector<std::size_t> axes = {1, 0};
  StringSink sink;
  Codec<NdArray>::write(grid().transposed(axes), sink);
  StringSource source(sink.text);
  const NdArray read = Codec<NdArray>::read(source);
  EXPECT_EQ(read.to_string(), "[[0, 3], [1, 4], [2, 5]]");
  EXPECT_TRUE(read.contiguous());
  StringSource broken(std::string(16, '\xff'));
  EXPECT_THROW(Codec<NdArray>::read(broken), IoError);
  StringSource truncated(sink.text.substr(0, sink.text.size() - 1));
  EXPECT_THROW(Codec<NdArray>::read(truncated), IoError);
}

TEST(NdArray, RefusesWhatDoesNotFit) {
  EXPECT_THROW(NdArray::of<double>({1, 2, 3}, {2, 2}), InvalidArgument);
  EXPECT_THROW(num_elements(std::vector<std::int64_t>{1LL << 40, 1LL << 40}), InvalidArgument);
  EXPECT_EQ(num_elements(std::vector<std::int64_t>{1LL << 40, 1LL << 40, 0}), 0);
  EXPECT_THROW(num_elements(std::vector<std::int64_t>{-1}), InvalidArgument);
}

}  // namespace
}  // namespace treadle

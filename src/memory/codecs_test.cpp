#include "treadle/codecs.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "treadle/error.h"

namespace treadle {
namespace {

class Bytes final : public ByteSink, public ByteSource {
 public:
  void write(const void* bytes, std::size_t size) override {
    text_.append(static_cast<const char*>(bytes), size);
  }
  void read(void* bytes, std::size_t size) override {
    if (size > text_.size() - at_) throw IoError("no bytes left");
    std::memcpy(bytes, text_.data() + at_, size);
    at_ += size;
  }
  void cut(std::size_t size) { text_.resize(size); }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

template <class T>
void expect_round_trip(const T& value, std::string_view kind) {
  const Value held = Value::of(value);
  EXPECT_EQ(held.kind(), kind);
  Bytes bytes;
  held.write(bytes);
  EXPECT_EQ(Value::read(kind, bytes).get<T>(), value);
}

TEST(Codecs, NumbersComeBack) {
  expect_round_trip(true, "bool");
  expect_round_trip(std::int8_t{-3}, "int8");
  expect_round_trip(7, "int32");
  expect_round_trip(std::uint64_t{7}, "uint64");
  expect_round_trip(7LL, "longlong");
  expect_round_trip(0.1f, "float32");
}

TEST(Codecs, ContainersComeBackAtAnyDepth) {
  expect_round_trip(std::vector<int>{1, 2, 3}, "vector<int32>");
  expect_round_trip(std::vector<bool>{true, false}, "vector<bool>");
  expect_round_trip(std::vector<std::string>{"", "a"}, "vector<string>");
  expect_round_trip(std::optional<double>{2.5}, "optional<float64>");
  expect_round_trip(std::pair<std::string, int>{"x", 1}, "pair<string,int32>");
  expect_round_trip(std::tuple<int, std::vector<std::pair<bool, std::string>>>{1, {{true, "x"}}},
                    "tuple<int32,vector<pair<bool,string>>>");
  expect_round_trip(std::array<double, 3>{1, 2.5, -3}, "array<float64,3>");
  expect_round_trip(std::array<std::string, 12>{"a", "b"}, "array<string,12>");
  expect_round_trip(std::set<std::string>{"b", "a"}, "set<string>");
  expect_round_trip(std::map<std::string, std::vector<int>>{{"b", {1, 2}}, {"a", {}}},
                    "map<string,vector<int32>>");
}

TEST(Codecs, ACorruptLengthIsAnErrorNotAnAllocation) {
  Bytes bytes;
  const std::uint64_t huge = UINT64_MAX / 16;
  bytes.write(&huge, sizeof huge);
  EXPECT_THROW(Codec<std::vector<double>>::read(bytes), IoError);
  bytes.write(&huge, sizeof huge);
  EXPECT_THROW((Codec<std::map<int, int>>::read(bytes)), IoError);
}

TEST(Codecs, SizesCountTheHeap) {
  EXPECT_GE(Value::of(std::vector<double>(1000)).nbytes(), 8000u);
  EXPECT_GE(Value::of(std::vector<std::string>(10, std::string(100, 'x'))).nbytes(), 1000u);
  EXPECT_GE((Value::of(std::map<int, std::string>{{1, std::string(100, 'x')}}).nbytes()), 100u);
}

}  // namespace
}  // namespace treadle

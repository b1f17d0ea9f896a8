#include "treadle/value.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "treadle/error.h"

namespace treadle {
namespace {

class TextSink : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    text.append(static_cast<const char*>(bytes), size);
  }
  std::string text;
};

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string bytes) : text(std::move(bytes)) {}
  void read(void* bytes, std::size_t size) override {
    if (size > text.size() - at) throw IoError("expected more bytes");
    std::memcpy(bytes, text.data() + at, size);
    at += size;
  }
  std::string text;
  std::size_t at = 0;
};

struct Opaque {
  int number;
};

Value round_trip(const Value& value) {
  TextSink sink;
  value.write(sink);
  TextSource source(sink.text);
  return Value::read(value.kind(), source);
}

TEST(Value, SharesItsPayload) {
  const Value value = Value::of(std::string("hello"));
  const Value copy = value;
  EXPECT_EQ(&copy.get<std::string>(), &value.get<std::string>());
  EXPECT_EQ(value.use_count(), 2);
  EXPECT_GE(value.nbytes(), 5u);
}

TEST(Value, ComesBackFromItsBytes) {
  EXPECT_EQ(round_trip(Value::of(std::string("hello"))).get<std::string>(), "hello");
  EXPECT_EQ(round_trip(Value::of(std::int64_t{-7})).get<std::int64_t>(), -7);
  EXPECT_EQ(round_trip(Value::of(2.5)).get<double>(), 2.5);
}

TEST(Value, WrongTypeNamesBoth) {
  const Value value = Value::of(std::int64_t{1});
  EXPECT_FALSE(value.holds<double>());
  try {
    value.get<double>();
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_STREQ(error.what(), "expected a value of type double, found long");
  }
  EXPECT_THROW(Value().get<double>(), TypeError);
}

TEST(Value, PinnedStaysInTheProcess) {
  const Value value = Value::pinned(Opaque{3}, 100);
  EXPECT_EQ(value.get<Opaque>().number, 3);
  EXPECT_EQ(value.nbytes(), 100u);
  EXPECT_EQ(value.kind(), "pinned");
  EXPECT_FALSE(value.movable());
  TextSink sink;
  EXPECT_THROW(value.write(sink), TypeError);
}

TEST(Value, UnknownKindSuggestsTheNearest) {
  TextSource source("");
  try {
    Value::read("strinq", source);
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"string\""), std::string::npos);
  }
}

TEST(Value, CorruptLengthEndsAtTheSourcesEnd) {
  TextSource source(std::string("\xff\xff\xff\xff\xff\xff\xff\x0f", 8) + "abc");
  EXPECT_THROW(Value::read("string", source), IoError);
}

}  // namespace
}  // namespace treadle

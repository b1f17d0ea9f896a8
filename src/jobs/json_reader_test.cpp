#include "jobs/json_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "jobs/fault.h"

namespace treadle::jobs {
namespace {

std::string failure(const std::function<void()>& make) {
  try {
    make();
  } catch (const Error& error) {
    return std::string(error.kind()) + ": " + error.what();
  }
  return "no error";
}

TEST(ParseJson, SaysWhereTextIsNoJson) {
  EXPECT_NE(failure([] {
              parse_json("{\"a\": 1,\n \"b\" 2}", "job.json");
            }).find("ParseError: job.json:2:6: JSON is expected"),
            std::string::npos)
      << failure([] { parse_json("{\"a\": 1,\n \"b\" 2}", "job.json"); });
  EXPECT_NE(failure([] { parse_json("", "job.json"); }).find("ParseError: job.json:1:1"), std::string::npos);
  EXPECT_THROW(parse_json("{\"a\": \"\xff\"}", ""), ParseError);
  EXPECT_THROW(parse_json("{} {}", ""), ParseError);
}

TEST(ParseJson, RefusesAKeyThatOccursTwice) {
  EXPECT_NE(failure([] {
              parse_json("{\"a\": 1, \"b\": {\"a\": 2},\n\"a\": 3}", "j");
            }).find("j:2:1: the key \"a\" occurs twice"),
            std::string::npos);
}

TEST(ParseJson, RefusesANumberThatNoDoubleHolds) {
  const std::string message = failure([] { parse_json("{\"a\":\n 1e999}", "j"); });
  EXPECT_NE(message.find("ParseError: j:2:2: JSON is expected: number overflow"), std::string::npos)
      << message;
}

TEST(ParseJson, ReadsDeepNestingWithoutRecursion) {
  EXPECT_NO_THROW(parse_json(std::string(200000, '[') + std::string(200000, ']'), ""));
}

TEST(JsonReader, NamesTheNearestKnownKey) {
  const Json json = Json::parse(R"({"fliter": "a > 0"})");
  EXPECT_EQ(failure([&] { JsonReader(json, "/steps/0").expect("step"); }),
            "InvalidArgument: /steps/0/fliter: unknown key \"fliter\"; did you mean \"filter\"?");
}

TEST(JsonReader, SaysWhatWasExpectedAndFound) {
  const Json json = Json::parse(R"({"a": "x", "b": -1, "c": [1], "d": "many"})");
  const JsonReader reader(json, "");
  EXPECT_EQ(failure([&] { reader.at("a").whole_number(0); }),
            "InvalidArgument: /a: a whole number of at least 0 is expected, found \"x\"");
  EXPECT_EQ(failure([&] { reader.at("b").whole_number(0, 9); }),
            "InvalidArgument: /b: a whole number from 0 to 9 is expected, found -1");
  EXPECT_EQ(failure([&] { reader.at("b").text(); }), "InvalidArgument: /b: text is expected, found -1");
  EXPECT_EQ(failure([&] { reader.at("c").texts(); }), "InvalidArgument: /c/0: text is expected, found 1");
  EXPECT_EQ(failure([&] { reader.at("d").character(); }),
            "InvalidArgument: /d: one character is expected, found \"many\"");
  EXPECT_EQ(failure([&] { reader.at("e"); }), "InvalidArgument: /: the key \"e\" is missing");
}

TEST(JsonReader, ReadsByteSizes) {
  const Json json = Json::parse(R"(["64 MiB", 4096, "many"])");
  const auto items = JsonReader(json, "").items();
  EXPECT_EQ(items[0].byte_size(), std::size_t{64} << 20);
  EXPECT_EQ(items[1].byte_size(), 4096U);
  EXPECT_THROW(items[2].byte_size(), InvalidArgument);
}

TEST(JsonReader, EscapesPointers) { EXPECT_EQ(child_pointer("/a", "b/c~d"), "/a/b~1c~0d"); }

// The published schema and the reader know the same objects and keys.
TEST(Shapes, AreThoseOfThePublishedSchema) {
  std::ifstream file(TREADLE_JOB_SCHEMA);
  const Json schema = Json::parse(file);
  std::size_t objects = 0;
  for (const auto& [name, definition] : schema["$defs"].items()) {
    if (!definition.contains("properties")) continue;
    ++objects;
    std::vector<std::string> published;
    for (const auto& [key, unused] : definition["properties"].items()) published.push_back(key);
    std::vector<std::string> known;
    for (const Shape& shape : shapes()) {
      if (shape.name == name) known.assign(shape.keys.begin(), shape.keys.end());
    }
    std::sort(published.begin(), published.end());
    std::sort(known.begin(), known.end());
    EXPECT_EQ(published, known) << name;
    EXPECT_EQ(definition["additionalProperties"], false) << name;
  }
  EXPECT_EQ(objects, shapes().size());
}

}  // namespace
}  // namespace treadle::jobs

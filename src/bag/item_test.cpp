#include "treadle/item.h"

#include <gtest/gtest.h>

#include <string>

#include "treadle/error.h"

namespace treadle {
namespace {

TEST(Item, ReadsTheJsonThatItWrites) {
  const std::string json = R"({"name": "a\"b", "tags": [1, -2.5, true, null, {}], "empty": []})";
  const Item item = Item::from_json(json);
  EXPECT_EQ(item["tags"].find(std::int64_t{1})->number(), -2.5);
  EXPECT_EQ(Item::from_json(item.to_json()), item);
}

TEST(Item, SaysWhatIsNoJson) {
  for (const char* text : {"", "{", "[1,]", "nul", "{} {}"}) {
    EXPECT_THROW(Item::from_json(text), ParseError) << text;
  }
  try {
    Item::from_json("[1, oops]");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ParseError& error) {
    EXPECT_NE(std::string(error.what()).find("oops"), std::string::npos);
  }
}

}  // namespace
}  // namespace treadle

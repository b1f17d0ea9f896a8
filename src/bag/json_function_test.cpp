#include "bag/json_function.h"

#include <gtest/gtest.h>

#include "bag/json.h"
#include "bag/pipeline.h"
#include "treadle/bag.h"

namespace treadle::bag {
namespace {

using Kind = JsonFunction::Kind;

JsonFunctionPtr tree(Kind kind, std::vector<JsonFunctionPtr> parts = {}, ItemKey key = {},
                     Item constant = {}) {
  return std::make_shared<const JsonFunction>(
      JsonFunction{kind, std::move(parts), std::move(key), std::move(constant), {}});
}
JsonFunctionPtr part(const char* name) { return tree(Kind::kPart, {tree(Kind::kItem)}, std::string(name)); }
JsonFunctionPtr constant(Item value) { return tree(Kind::kConstant, {}, {}, std::move(value)); }

/// Partitions whose numbers `otherwise` was called with leave a trace: its own item.
Value left_to_others(std::span<const Value> texts, std::size_t partition, TaskContext&) {
  const auto count = static_cast<std::int64_t>(texts[0].get<TextItems>().size());
  return Value::of(std::vector<Item>{Item("left"), Item(static_cast<std::int64_t>(partition)), Item(count)});
}

std::vector<std::string> computed(const std::vector<std::string>& texts, const std::vector<JsonUse>& uses,
                                  std::size_t num_partitions = 1) {
  const Bag<std::string> bag = from_sequence(texts, num_partitions).lower();
  const NodePtr made = items_of_json(bag.node(), uses, unique_key(), left_to_others);
  std::vector<std::string> answer;
  for (const Item& item : Bag<Item>(made).compute()) answer.push_back(item.to_json());
  return answer;
}

using Texts = std::vector<std::string>;

TEST(JsonFunction, KeepsAndPicks) {
  const Texts texts = {R"({"a": 1, "b": "x"})", R"({"a": 3.5, "b": "y"})", R"({"a": true, "b": "z"})"};
  const JsonUse keep{JsonUse::Kind::kKeep, tree(Kind::kGreaterEqual, {part("a"), constant(1)})};
  const JsonUse pick{JsonUse::Kind::kPick, part("b")};
  EXPECT_EQ(computed(texts, {keep, pick}), (Texts{R"("x")", R"("y")", R"("z")"}));
  const JsonUse is_one{JsonUse::Kind::kKeep, tree(Kind::kEqual, {part("a"), constant(1)})};
  EXPECT_EQ(computed(texts, {is_one, pick}), (Texts{R"("x")", R"("z")"}));  // True == 1
}

TEST(JsonFunction, LeavesPartitionsToOthersWhosePythonWouldRaise) {
  const Texts texts = {R"({"a": 1})", R"({"a": 2})", R"({"b": 1})", R"({"a": 4})"};
  const JsonUse pick{JsonUse::Kind::kPick, part("a")};
  EXPECT_EQ(computed(texts, {pick}, 2), (Texts{"1", "2", R"("left")", "1", "2"}));
  EXPECT_EQ(computed({"{oops"}, {pick}), (Texts{R"("left")", "0", "1"}));
  EXPECT_EQ(computed({R"({"a": 18446744073709551615})"}, {pick}), (Texts{R"("left")", "0", "1"}));
  EXPECT_EQ(computed({"\xEF\xBB\xBF{\"a\": 1}"}, {pick}), (Texts{R"("left")", "0", "1"}));
  const JsonUse less{JsonUse::Kind::kKeep, tree(Kind::kLess, {part("a"), constant("x")})};
  EXPECT_EQ(computed({R"({"a": 1})"}, {less}), (Texts{R"("left")", "0", "1"}));
}

TEST(JsonFunction, BranchesAreNotEvaluatedUnlessTaken) {
  const JsonFunctionPtr has = tree(Kind::kHas, {tree(Kind::kItem)}, std::string("a"));
  const JsonUse keep{JsonUse::Kind::kKeep, tree(Kind::kIf, {has, part("a"), constant(false)})};
  EXPECT_EQ(computed({R"({"a": 1})", R"({"b": 1})", R"({"a": 0})"}, {keep}), (Texts{R"({"a": 1})"}));
}

TEST(JsonFunction, DefaultsStandInForPartsThatAreNotThere) {
  const JsonFunctionPtr get = tree(Kind::kGet, {tree(Kind::kItem), constant(3.0)}, std::string("a"));
  EXPECT_EQ(computed({R"({"a": null})", R"({})"}, {{JsonUse::Kind::kPick, get}}), (Texts{"null", "3.0"}));
  const JsonFunctionPtr place = tree(Kind::kPartOr, {tree(Kind::kItem), constant("-")}, std::int64_t{-2});
  EXPECT_EQ(computed({"[1, 2]", "[1]", "{}"}, {{JsonUse::Kind::kPick, place}}),
            (Texts{"1", R"("-")", R"("-")"}));
}

TEST(JsonFunction, VariablesAreReadWhenAPartitionIsBegun) {
  auto value = std::make_shared<std::int64_t>(1);
  auto variable = std::make_shared<JsonFunction>();
  variable->kind = Kind::kVariable;
  variable->variable = [value] { return Item(*value); };
  const NodePtr made =
      items_of_json(from_sequence(Texts{"1", "2"}).lower().node(),
                    {{JsonUse::Kind::kKeep, tree(Kind::kEqual, {tree(Kind::kItem), variable})}}, unique_key(),
                    left_to_others);
  *value = 2;
  EXPECT_EQ(Bag<Item>(made).compute(), std::vector<Item>{Item(2)});
}

TEST(JsonFunction, TextsAreKeptAsTheyAre) {
  const JsonFunctionPtr keep = tree(Kind::kEqual, {part("a"), constant("é")});
  const NodePtr made =
      texts_of_json(from_sequence(Texts{R"( {"a":  "é"} )", R"({"a": "e"})"}, 2).lower().node(), keep,
                    unique_key(), left_to_others);
  EXPECT_EQ(Bag<std::string>(made).compute(), (Texts{R"( {"a":  "é"} )"}));
}

}  // namespace
}  // namespace treadle::bag

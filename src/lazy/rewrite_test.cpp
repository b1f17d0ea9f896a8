#include "lazy/rewrite.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "treadle/error.h"

namespace treadle::lazy {
namespace {

/// A node with a name and a number.
class Step final : public Node {
 public:
  Step(std::string kind, int number, std::vector<NodePtr> inputs = {})
      : Node(std::move(inputs)), kind_(std::move(kind)), number_(number) {}
  std::string_view kind() const override { return kind_; }
  std::string parameters() const override { return std::to_string(number_); }
  NodePtr with_inputs(std::vector<NodePtr> inputs) const override {
    return step(kind_, number_, std::move(inputs));
  }
  int number() const { return number_; }

  static NodePtr step(std::string kind, int number, std::vector<NodePtr> inputs = {}) {
    return std::make_shared<const Step>(std::move(kind), number, std::move(inputs));
  }

 protected:
  void add_to(KeyBuilder& key) const override { key.add(number_); }

 private:
  std::string kind_;
  int number_;
};

NodePtr step(std::string kind, int number, std::vector<NodePtr> inputs = {}) {
  return Step::step(std::move(kind), number, std::move(inputs));
}

/// Add n over Add m, unless the lower one is shared: Add n + m.
NodePtr merge_adds(const NodePtr& node, const Consumers& consumers) {
  if (node->kind() != "Add" || node->inputs()[0]->kind() != "Add" || consumers.shared(*node->inputs()[0]))
    return nullptr;
  const auto& upper = static_cast<const Step&>(*node);
  const auto& lower = static_cast<const Step&>(*node->inputs()[0]);
  return step("Add", upper.number() + lower.number(), lower.inputs());
}

TEST(Node, PrintsSharedNodesOnce) {
  const NodePtr shared = step("Add", 2, {step("Read", 1)});
  const std::vector<NodePtr> roots = {step("Add", 3, {shared}), step("Add", 4, {shared})};
  EXPECT_EQ(print(roots), "Add 3\n  Add 2  [1]\n    Read 1\nAdd 4\n  [1]\n");
}

TEST(Node, EqualWorkHasEqualKeys) {
  EXPECT_EQ(step("Add", 2, {step("Read", 1)})->key(), step("Add", 2, {step("Read", 1)})->key());
  EXPECT_NE(step("Add", 2, {step("Read", 1)})->key(), step("Add", 2, {step("Read", 2)})->key());
  EXPECT_NE(step("Add", 2)->key(), step("Read", 2)->key());
}

TEST(Node, AVeryLongChainHasAKeyAndDies) {
  NodePtr node = step("Read", 0);
  for (int i = 0; i < 200'000; ++i) node = step("Add", i, {std::move(node)});
  EXPECT_NE(node->key(), Key{});
  EXPECT_EQ(topological_order({&node, 1}).size(), 200'001U);
}

TEST(Rewrite, AppliesRulesUntilTheyRest) {
  const Rule rules[] = {{"merge adds", merge_adds}};
  const NodePtr chain = step("Add", 1, {step("Add", 2, {step("Add", 3, {step("Read", 0)})})});
  EXPECT_EQ(print(rewrite({chain}, rules)), "Add 6\n  Read 0\n");
}

TEST(Rewrite, MeltsALongChainInOnePass) {
  static std::size_t looks = 0;
  NodePtr chain = step("Read", 0);
  constexpr int kLength = 1000;
  for (int i = 0; i < kLength; ++i) chain = step("Add", 1, {chain});
  const Rule rule{"MergeAdds", [](const NodePtr& node, const Consumers& consumers) {
                    ++looks;
                    return merge_adds(node, consumers);
                  }};
  EXPECT_EQ(print(rewrite({chain}, {&rule, 1})), "Add 1000\n  Read 0\n");
  EXPECT_LE(looks, std::size_t{2} * kLength);
}

TEST(Rewrite, CountsUsersOfWhatIsRebuilt) {
  // The lowest pair merges first; what stands above it is rebuilt, and still shared.
  const NodePtr shared = step("Add", 4, {step("Other", 0, {step("Add", 2, {step("Add", 1)})})});
  const std::vector<NodePtr> roots = {step("Add", 8, {shared}), step("Add", 16, {shared})};
  const Rule rule{"MergeAdds", [](const NodePtr& node, const Consumers& consumers) -> NodePtr {
                    return node->inputs().empty() ? nullptr : merge_adds(node, consumers);
                  }};
  EXPECT_EQ(print(rewrite(roots, {&rule, 1})),
            "Add 8\n  Add 4  [1]\n    Other 0\n      Add 3\nAdd 16\n  [1]\n");
}

TEST(Rewrite, LeavesSharedNodesShared) {
  const Rule rules[] = {{"merge adds", merge_adds}};
  const NodePtr shared = step("Add", 2, {step("Add", 5, {step("Read", 0)})});
  const auto roots = rewrite({step("Add", 3, {shared}), step("Add", 4, {shared})}, rules);
  EXPECT_EQ(print(roots), "Add 3\n  Add 7  [1]\n    Read 0\nAdd 4\n  [1]\n");
}

TEST(Rewrite, SharesWhatIsEqual) {
  const std::vector<NodePtr> roots = {step("Add", 1, {step("Read", 0)}), step("Add", 2, {step("Read", 0)})};
  const auto shared = share_equal(roots);
  EXPECT_EQ(shared[0]->inputs()[0], shared[1]->inputs()[0]);
}

TEST(Rewrite, RulesThatChaseEachOtherAreReported) {
  const Rule rules[] = {{"flip", [](const NodePtr& node, const Consumers&) -> NodePtr {
                           return step(node->kind() == "Add" ? "Sub" : "Add", 1);
                         }}};
  EXPECT_THROW(rewrite({step("Add", 1)}, rules), InternalError);
}

}  // namespace
}  // namespace treadle::lazy

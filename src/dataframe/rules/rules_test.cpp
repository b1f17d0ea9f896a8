#include "dataframe/rules/rules.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/test_frame.h"
#include "lazy/rewrite.h"
#include "treadle/window.h"

namespace treadle::dataframe {
namespace {

using test::example_frame;

/// The plan of `frame` after one rule came to rest.
std::string after(const DataFrame& frame, decltype(lazy::Rule::apply) rule) {
  const lazy::Rule rules[] = {{"the rule", rule}};
  return lazy::print(lazy::rewrite({frame.plan()}, rules));
}

const std::string kScan = "Scan memory, 0 rows\n";

TEST(MergeFilters, MakesOneFilterOfTwo) {
  const DataFrame frame = example_frame().filter(col("a") > 1).filter(col("b") > 2.0);
  EXPECT_EQ(test::plan_text(frame), "Filter col(\"b\") > 2.0\n  Filter col(\"a\") > 1\n    " + kScan);
  EXPECT_EQ(after(frame, merge_filters), "Filter (col(\"a\") > 1) & (col(\"b\") > 2.0)\n  " + kScan);
}

TEST(MergeFilters, KeepsTheFilterThatProtectsACast) {
  const DataFrame frame = example_frame().filter(col("s") != "n/a").filter(col("s").cast(TypeId::kInt64) > 1);
  EXPECT_EQ(after(frame, merge_filters), test::plan_text(frame));
}

TEST(PushFilterDown, GoesBelowColumnsThatArePassedOn) {
  const DataFrame frame = example_frame()
                              .select({col("a").alias("x"), (col("b") * 2.0).alias("y")})
                              .filter((col("x") > 1) & (col("y") > 3.0));
  EXPECT_EQ(after(frame, push_filter_down),
            "Filter col(\"y\") > 3.0\n"
            "  Project col(\"a\").alias(\"x\"), (col(\"b\") * 2.0).alias(\"y\")\n"
            "    Filter col(\"a\") > 1\n"
            "      " +
                kScan);
}

TEST(PushFilterDown, GoesBelowSortsAndKeysOfGroups) {
  EXPECT_EQ(after(example_frame().sort({"b"}).filter(col("a") > 1), push_filter_down),
            "Sort b\n  Filter col(\"a\") > 1\n    " + kScan);
  const DataFrame groups = example_frame().group_by({col("s")}).agg({col("a").sum()});
  EXPECT_EQ(
      after(groups.filter((col("s") == "x") & (col("a") > 1)), push_filter_down),
      "Filter col(\"a\") > 1\n  Aggregate sum(a) as a by s\n    Filter col(\"s\") == \"x\"\n      " + kScan);
}

TEST(PushFilterDown, StaysAboveLimits) {
  const DataFrame frame = example_frame().head(3).filter(col("a") > 1);
  EXPECT_EQ(after(frame, push_filter_down), test::plan_text(frame));
}

TEST(PushFilterDown, LeavesSharedWorkShared) {
  const DataFrame shared = example_frame().with_columns({(col("a") + 1).alias("c")});
  const std::vector<lazy::NodePtr> roots = {shared.plan(), shared.filter(col("a") > 1).plan()};
  const lazy::Rule rules[] = {{"push filter down", push_filter_down}};
  EXPECT_EQ(lazy::print(lazy::rewrite(roots, rules)), lazy::print(roots));
}

/// A join of the example with a frame of a: int64 and c: float64.
DataFrame joined(JoinKind how) {
  JoinOptions options;
  options.how = how;
  options.on.push_back(col("a"));
  return example_frame().join(test::empty_frame({{"a", TypeId::kInt64}, {"c", TypeId::kFloat64}}), options);
}

TEST(PushFilterDown, GoesToTheSideOfAJoinThatItLooksAt) {
  const Expression predicate = (col("b") > 1) & (col("c") > 2) & (col("b") > col("c"));
  EXPECT_EQ(after(joined(JoinKind::kInner).filter(predicate), push_filter_down),
            "Filter col(\"b\") > col(\"c\")\n"
            "  Join inner on a\n"
            "    Filter col(\"b\") > 1\n      " +
                kScan + "    Filter col(\"c\") > 2\n      " + kScan);
  EXPECT_EQ(after(joined(JoinKind::kLeft).filter((col("b") > 1) & (col("c") > 2)), push_filter_down),
            "Filter col(\"c\") > 2\n"
            "  Join left on a\n"
            "    Filter col(\"b\") > 1\n      " +
                kScan + "    " + kScan);
}

TEST(PushFilterDown, GoesIntoTheInputsOfAUnion) {
  const DataFrame both = concat({example_frame(), example_frame().filter(col("b") > 1)});
  EXPECT_EQ(after(both.filter(col("a") > 2), push_filter_down),
            "Union\n  Filter col(\"a\") > 2\n    " + kScan +
                "  Filter col(\"a\") > 2\n    Filter col(\"b\") > 1\n      " + kScan);
}

TEST(PushJoinConditionDown, FiltersTheSidesWhereNoRowIsAnsweredWithAlone) {
  const auto conditional = [](JoinKind how) {
    JoinOptions options;
    options.how = how;
    options.on.push_back(col("a"));
    options.where = (col("b") > 1) & (col("c") > 2);
    return example_frame().join(test::empty_frame({{"a", TypeId::kInt64}, {"c", TypeId::kFloat64}}), options);
  };
  EXPECT_EQ(
      after(conditional(JoinKind::kInner), push_join_condition_down),
      "Join inner on a\n  Filter col(\"b\") > 1\n    " + kScan + "  Filter col(\"c\") > 2\n    " + kScan);
  EXPECT_EQ(after(conditional(JoinKind::kAnti), push_join_condition_down),
            "Join anti on a, where col(\"b\") > 1\n  " + kScan + "  Filter col(\"c\") > 2\n    " + kScan);
}

TEST(PushFilterIntoScan, TellsTheScanAndKeepsTheFilter) {
  const DataFrame frame =
      example_frame().filter((col("a") > 1) & (2.5 > col("b")) & (col("day") <= "2013-01-31") &
                             col("s").is_not_null() & (col("a") + 1 > 2));
  EXPECT_EQ(after(frame, push_filter_into_scan), "Filter " +
                                                     to_string(*node_as<Filter>(frame.plan())->predicate()) +
                                                     "\n  Scan memory, 0 rows, skips unless a > 1 and b < "
                                                     "2.5 and day <= 2013-01-31 and s is not null\n");
}

TEST(PushFilterIntoScan, UnderstandsListsAndAlternatives) {
  const auto skips = [](const Expression& condition) {
    const std::string plan = after(example_frame().filter(condition), push_filter_into_scan);
    const std::size_t at = plan.find(", skips unless ");
    return at == std::string::npos ? "" : plan.substr(at + 15, plan.size() - at - 16);
  };
  EXPECT_EQ(skips(col("a").is_in({1, 2, 3})), "(a == 1 or a == 2 or a == 3)");
  EXPECT_EQ(skips((col("a") == 1) | col("a").is_in({5, 7})), "(a == 1 or a == 5 or a == 7)");
  EXPECT_EQ(skips((col("a") == 1) | (col("b") == 2.5)), "(a == 1 or b == 2.5)");
  EXPECT_EQ(skips((col("a") == 1) | (col("a") > col("b"))), "");
  EXPECT_EQ(skips(((col("a") > 1) & (col("a") < 5)) | (col("b") > 2.5)),
            "(a > 1 or b > 2.5) and (a < 5 or b > 2.5)");
  EXPECT_EQ(skips((col("a") > 1) | ((col("a") < col("b")) & col("b").is_null())), "(a > 1 or b is null)");
  EXPECT_EQ(skips(col("s").str().starts_with("ab")), "s >= \"ab\" and s < \"ac\"");
  EXPECT_EQ(skips(col("s").str().starts_with("ä")), "s >= \"ä\"");
  EXPECT_EQ(skips(col("s").str().starts_with("")), "");
}

TEST(MergeProjections, MakesOneOfTwo) {
  const DataFrame frame =
      example_frame().select({(col("a") + 1).alias("x"), col("b")}).select({(col("x") * 2).alias("y")});
  EXPECT_EQ(after(frame, merge_projections), "Project ((col(\"a\") + 1) * 2).alias(\"y\")\n  " + kScan);
}

TEST(MergeProjections, ComputesWhatIsUsedTwiceOnce) {
  const DataFrame frame =
      example_frame().select({(col("a") + 1).alias("x")}).select({(col("x") * col("x")).alias("y")});
  EXPECT_EQ(after(frame, merge_projections), test::plan_text(frame));
}

TEST(MergeProjections, RemovesWhatChangesNothing) {
  const DataFrame frame = example_frame().select({col("a"), col("b"), col("s"), col("small"), col("day")});
  EXPECT_EQ(after(frame, merge_projections), kScan);
}

TEST(PushLimitDown, GoesBelowProjections) {
  EXPECT_EQ(after(example_frame().select({col("a")}).head(3).head(5), push_limit_down),
            "Project col(\"a\")\n  Head 3\n    " + kScan);
}

TEST(PushLimitDown, TakesOneRangeOfRowsOutOfAnother) {
  EXPECT_EQ(after(example_frame().slice(10, 5).slice(2, 9), push_limit_down), "Head 3 behind 12\n  " + kScan);
  EXPECT_EQ(after(example_frame().slice(10, 5).slice(7), push_limit_down), "Head 0 behind 17\n  " + kScan);
  EXPECT_EQ(after(example_frame().slice(10).slice(2), push_limit_down), "Head all behind 12\n  " + kScan);
}

TEST(MakeTopK, KeepsTheRowsUpToTheEndOfARange) {
  EXPECT_EQ(after(example_frame().sort({"b"}).slice(2, 3), make_top_k),
            "Head 3 behind 2\n  TopK b: 5 rows\n    " + kScan);
  const DataFrame all = example_frame().sort({"b"}).slice(2);
  EXPECT_EQ(after(all, make_top_k), test::plan_text(all));
}

TEST(PushLimitDown, GoesIntoUnionsAndTheLeftSideOfLeftJoins) {
  EXPECT_EQ(after(joined(JoinKind::kLeft).head(3), push_limit_down),
            "Head 3\n  Join left on a\n    Head 3\n      " + kScan + "    " + kScan);
  EXPECT_EQ(after(joined(JoinKind::kInner).head(3), push_limit_down),
            "Head 3\n  Join inner on a\n    " + kScan + "    " + kScan);
  EXPECT_EQ(after(concat({example_frame(), example_frame().head(2)}).head(3), push_limit_down),
            "Head 3\n  Union\n    Head 3\n      " + kScan + "    Head 2\n      " + kScan);
}

TEST(MakeTopK, KeepsOnlyTheFirstRowsOfASort) {
  EXPECT_EQ(after(example_frame().sort({"b"}).head(3), make_top_k), "TopK b: 3 rows\n  " + kScan);
}

TEST(SimplifyExpressions, ComputesConstantsUnderTheirType) {
  EXPECT_EQ(after(example_frame().filter(col("a") > Expression(2) * Expression(50)), simplify_expressions),
            "Filter col(\"a\") > lit(100).cast(int64)\n  " + kScan);
  EXPECT_EQ(
      after(example_frame().filter((Expression(1) < Expression(2)) & (col("a") > 1)), simplify_expressions),
      "Filter col(\"a\") > 1\n  " + kScan);
  EXPECT_EQ(after(example_frame().filter(Expression(1) < Expression(2)), simplify_expressions), kScan);
  EXPECT_EQ(after(example_frame().filter(!!(col("a") > 1)), simplify_expressions),
            "Filter col(\"a\") > 1\n  " + kScan);
}

TEST(PushSemiJoinDown, GoesToTheRightSideOfAnInnerJoin) {
  const auto semi = [](const DataFrame& frame, const char* key, JoinKind kind) {
    JoinOptions options;
    options.how = kind;
    options.left_on.push_back(col(key));
    options.right_on.push_back(col("k"));
    return frame.join(test::empty_frame({{"k", TypeId::kFloat64}}), options);
  };
  EXPECT_EQ(after(semi(joined(JoinKind::kInner), "c", JoinKind::kAnti), push_semi_join_down),
            "Join inner on a\n  " + kScan + "  Join anti on c == k\n    " + kScan + "    " + kScan);
  // The left side's rows are fewer behind the join, and of a left join every left row stays.
  for (const DataFrame& stays : {semi(joined(JoinKind::kInner), "b", JoinKind::kSemi),
                                 semi(joined(JoinKind::kLeft), "c", JoinKind::kSemi)}) {
    EXPECT_EQ(after(stays, push_semi_join_down), test::plan_text(stays));
  }
}

TEST(PruneColumns, ReadsWhatIsLookedAt) {
  const DataFrame frame = example_frame()
                              .filter(col("a") > 1)
                              .group_by({col("s")})
                              .agg({col("b").mean(), col("small").max()})
                              .select({col("b")});
  const std::vector<lazy::NodePtr> roots = {frame.plan()};
  EXPECT_EQ(lazy::print(prune_columns(roots)),
            "Project col(\"b\")\n"
            "  Aggregate mean(b) as b by s\n"
            "    Filter col(\"a\") > 1\n"
            "      Scan memory, 0 rows, 3 of 5 columns: a b s\n");
}

TEST(PruneColumns, KeepsWhatAnyConsumerLooksAt) {
  const DataFrame shared = example_frame().filter(col("a") > 1);
  const std::vector<lazy::NodePtr> roots = {shared.select({col("b")}).plan(),
                                            shared.select({col("s")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(roots)),
            "Project col(\"b\")\n"
            "  Filter col(\"a\") > 1  [1]\n"
            "    Scan memory, 0 rows, 3 of 5 columns: a b s\n"
            "Project col(\"s\")\n"
            "  [1]\n");
}

TEST(PruneColumns, OfSidesAndInputsReadsWhatIsLookedAt) {
  const std::vector<lazy::NodePtr> join = {joined(JoinKind::kInner).select({col("b"), col("c")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(join)),
            "Project col(\"b\"), col(\"c\")\n"
            "  Join inner on a\n"
            "    Scan memory, 0 rows, 2 of 5 columns: a b\n"
            "    Scan memory, 0 rows\n");
  const DataFrame both = concat({example_frame(), example_frame().filter(col("a") > 1)});
  const std::vector<lazy::NodePtr> selected = {both.select({col("b")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(selected)),
            "Project col(\"b\")\n"
            "  Union\n"
            "    Scan memory, 0 rows, 1 of 5 columns: b\n"
            "    Project col(\"b\")\n"
            "      Filter col(\"a\") > 1\n"
            "        Scan memory, 0 rows, 2 of 5 columns: a b\n");
}

TEST(PruneColumns, OfAConditionReadsWhatItAsksFor) {
  JoinOptions options;
  options.on.push_back(col("a"));
  options.where = col("b") > col("c");
  const DataFrame right = test::empty_frame(
      {{"a", TypeId::kInt64}, {"c", TypeId::kFloat64}, {"unused", TypeId::kUtf8}, {"d", TypeId::kUtf8}});
  const std::vector<lazy::NodePtr> join = {example_frame().join(right, options).select({col("d")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(join)),
            "Project col(\"d\")\n"
            "  Join inner on a, where col(\"b\") > col(\"c\")\n"
            "    Scan memory, 0 rows, 2 of 5 columns: a b\n"
            "    Scan memory, 0 rows, 3 of 4 columns: a c d\n");
}

TEST(PruneColumns, RunningColumnsThatNobodyWantsGo) {
  const DataFrame running = example_frame().with_running(
      {{RunningKind::kSum, "b", "sum"}, {RunningKind::kNumber, "", "number"}}, {{"s"}, false});
  const std::vector<lazy::NodePtr> one = {running.select({col("sum")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(one)),
            "Project col(\"sum\")\n"
            "  Running sum(b) as sum within s\n"
            "    Scan memory, 0 rows, 2 of 5 columns: b s\n");
  const std::vector<lazy::NodePtr> none = {running.select({col("a")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(none)),
            "Project col(\"a\")\n"
            "  Scan memory, 0 rows, 2 of 5 columns: a s\n");
}

/// `left` joined with rows that no other test has, and `left` as it is.
std::vector<lazy::NodePtr> split(const DataFrame& left, const char* column) {
  JoinOptions options;
  options.on.push_back(col("a"));
  const DataFrame joined =
      left.join(test::empty_frame({{"a", TypeId::kInt64}, {"c", TypeId::kInt8}}), options);
  const std::vector<lazy::NodePtr> roots = {joined.select({col(column)}).plan(), left.plan()};
  return split_scans(prune_columns(roots));
}

/// Below the projection that split() ends with.
const lazy::NodePtr& left_rows(const std::vector<lazy::NodePtr>& roots) {
  return roots[0]->inputs()[0]->inputs()[0];
}

TEST(SplitScans, AJoinReadsItsLeftRowsItselfThatOthersWant) {
  const DataFrame frame = example_frame();
  const std::vector<lazy::NodePtr> scans = split(frame, "b");
  EXPECT_NE(left_rows(scans), scans[1]);
  const std::vector<lazy::NodePtr> filtered = split(frame.filter(col("b") > 1.0), "b");
  EXPECT_NE(left_rows(filtered), filtered[1]);
  EXPECT_NE(left_rows(filtered)->inputs()[0], filtered[1]->inputs()[0]);
  EXPECT_EQ(lazy::print({left_rows(filtered)}), lazy::print({filtered[1]}));
}

TEST(SplitScans, RowsThatCostMoreToReadThanToKeepAreReadOnce) {
  const DataFrame frame = example_frame();
  const std::vector<lazy::NodePtr> with_text = split(frame, "s");
  EXPECT_EQ(left_rows(with_text), with_text[1]);
  const std::vector<lazy::NodePtr> sorted = split(frame.sort({"b"}), "b");
  EXPECT_EQ(left_rows(sorted), sorted[1]);
}

TEST(DropCuts, KeepsWhatSomeoneLooksAt) {
  const DataFrame ordered = example_frame().sort({"a"}).repartition(3).filter(col("b") > 1);
  const std::string sorted =
      "    Sort a\n"
      "      Scan memory, 0 rows\n";
  const std::vector<lazy::NodePtr> groups = {ordered.group_by({col("s")}).agg({col("b").sum()}).plan()};
  EXPECT_EQ(lazy::print(drop_cuts(groups)), "Aggregate sum(b) as b by s\n  Filter col(\"b\") > 1\n" + sorted);
  const std::vector<lazy::NodePtr> rows = {ordered.plan()};
  EXPECT_EQ(lazy::print(drop_cuts(rows)),
            "Filter col(\"b\") > 1\n"
            "  Sort a\n"
            "    Scan memory, 0 rows\n");
  EXPECT_EQ(drop_cuts(rows, ResultPartitions::kLookedAt), rows);
  const std::vector<lazy::NodePtr> one = {ordered.partitions({1}).plan()};
  EXPECT_EQ(drop_cuts(one), one);
  const std::vector<lazy::NodePtr> numbered = {
      ordered.with_running({{RunningKind::kPartition, "", "partition"}}).plan()};
  EXPECT_EQ(drop_cuts(numbered), numbered);
}

TEST(PruneColumns, CutsReadWhatTheyLookAt) {
  const DataFrame cut = example_frame().repartition_together(3, {"s"}).partitions({2, 0});
  const std::vector<lazy::NodePtr> one = {cut.select({col("a")}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(one)),
            "Project col(\"a\")\n"
            "  ChoosePartitions 2, 0\n"
            "    Cut 3 partitions, together by s\n"
            "      Scan memory, 0 rows, 2 of 5 columns: a s\n");
  EXPECT_EQ(cut.num_partitions(), 2U);
  EXPECT_EQ(concat({cut, example_frame()}).num_partitions(), 2U + example_frame().num_partitions());
}

TEST(PruneColumns, CountsRowsWithoutColumns) {
  const std::vector<lazy::NodePtr> roots = {example_frame().select({count()}).plan()};
  EXPECT_EQ(lazy::print(prune_columns(roots)),
            "Aggregate size() as count\n  Scan memory, 0 rows, 0 of 5 columns:\n");
}

/// The place of a row among those of equal s in the order of b, from 1.
DataFrame placed(WindowKind kind, std::optional<WindowColumn> more = {}) {
  std::vector<WindowColumn> columns(1);
  columns[0].kind = kind;
  columns[0].name = "number";
  if (more) columns.push_back(*more);
  WindowOptions options;
  options.partition_by.emplace_back("s");
  options.order_by.emplace_back("b", true);
  const Expression first = kind == WindowKind::kNumber ? col("number") + 1 : col("number");
  return with_windows(example_frame(), std::move(columns), options)
      .select({col("a"), col("s"), first.alias("place")});
}

/// How many rows of each group the sorts of a plan are told to keep.
std::string rows_kept(const DataFrame& frame) {
  const std::string plan = after(frame, limit_groups), before = "at least ";
  const std::size_t at = plan.find(before);
  return at == std::string::npos ? "all"
                                 : plan.substr(at + before.size(), plan.find('\n', at) - at - before.size());
}

TEST(LimitGroups, SortsOnlyTheFirstRowsOfEachGroup) {
  const DataFrame numbered =
      example_frame()
          .sort({{"s"}, {"b", true}})
          .with_running({{RunningKind::kNumber, "", "place"}, {RunningKind::kSum, "a", "sum"}}, {{"s"}});
  EXPECT_EQ(after(numbered.filter(col("place") < 2), limit_groups),
            "Filter col(\"place\") < 2\n"
            "  Running number() as place, sum(a) as sum within s: place <= 1\n"
            "    Sort s, b descending: at least 2 rows for each s\n"
            "      " +
                kScan);
  EXPECT_EQ(rows_kept(numbered.filter(col("place") >= 2)), "all");
  EXPECT_EQ(rows_kept(numbered.filter(col("sum") < 2)), "all");
  EXPECT_EQ(rows_kept(numbered.filter(col("place") < 2'000'000)), "all");
  EXPECT_EQ(rows_kept(numbered.filter((col("place") < 2) | (col("a") > 1))), "all");
}

TEST(LimitGroups, KnowsNumbersAndRanksOfWindows) {
  const Expression place = col("place");
  const DataFrame numbered = placed(WindowKind::kNumber);
  for (const Expression& last :
       {place <= 3, lit(3) >= place, place < 4, place == 3, place.is_between(1, 3)}) {
    EXPECT_EQ(rows_kept(numbered.filter((col("a") > 1) & last)), "3 rows for each s");
  }
  EXPECT_EQ(rows_kept(placed(WindowKind::kRank).filter(place <= 3)), "3 rows for each s and their equals");
  EXPECT_EQ(rows_kept(placed(WindowKind::kDenseRank).filter(place <= 3)), "all");
}

TEST(LimitGroups, LooksThroughCastsOfTheNumberAndNulls) {
  const DataFrame numbered =
      example_frame().sort({{"s"}, {"b"}}).with_running({{RunningKind::kNumber, "", "n"}}, {{"s"}});
  const Expression place = (col("n") + 1).cast(TypeId::kUInt32);
  const Expression known = when(col("b").is_null()).then(Expression(Scalar())).otherwise(place);
  EXPECT_EQ(rows_kept(numbered.filter(known <= 2)), "2 rows for each s");
  EXPECT_EQ(rows_kept(numbered.with_columns({known.alias("place")}).filter(col("place") == 2)),
            "2 rows for each s");
  // The error of a row that is left out would be lost.
  const Expression parsed = col("s").cast(TypeId::kInt64);
  EXPECT_EQ(rows_kept(numbered.filter((place <= 2) & (parsed > 0))), "all");
  EXPECT_EQ(rows_kept(numbered.with_columns({parsed.alias("parsed")}).filter(place <= 2)), "all");
}

TEST(LimitGroups, KeepsAllRowsThatOthersLookAt) {
  const Expression first = col("place") <= 3;
  WindowColumn total;
  total.kind = WindowKind::kSum;
  total.column = "a";
  total.name = "total";
  total.frame = WindowFrame::whole_group();
  EXPECT_EQ(rows_kept(placed(WindowKind::kNumber, total).filter(first)), "all");
  total.frame = {std::nullopt, 0, false};
  EXPECT_EQ(rows_kept(placed(WindowKind::kNumber, total).filter(first)), "3 rows for each s");
  const DataFrame shared = placed(WindowKind::kNumber);
  const std::vector<lazy::NodePtr> roots = {shared.plan(), shared.filter(first).plan()};
  const lazy::Rule rules[] = {{"limit groups", limit_groups}};
  EXPECT_EQ(lazy::print(lazy::rewrite(roots, rules)), lazy::print(roots));
}

TEST(Optimize, PutsAllRulesTogether) {
  const DataFrame frame = example_frame()
                              .with_columns({(col("a") * 2).alias("twice")})
                              .filter(col("b") > 0.5)
                              .sort({"a"})
                              .filter(col("s") == "x")
                              .select({col("twice"), col("a")})
                              .head(10);
  const std::vector<lazy::NodePtr> roots = {frame.plan()};
  EXPECT_EQ(lazy::print(optimize(roots)),
            "Project col(\"twice\"), col(\"a\")\n"
            "  TopK a: 10 rows\n"
            "    Project col(\"a\"), (col(\"a\") * 2).alias(\"twice\")\n"
            "      Filter (col(\"b\") > 0.5) & (col(\"s\") == \"x\")\n"
            "        Scan memory, 0 rows, 3 of 5 columns: a b s, skips unless b > 0.5 and s == \"x\"\n");
}

}  // namespace
}  // namespace treadle::dataframe

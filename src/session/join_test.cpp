#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "columnar/test_columns.h"
#include "dataframe/operators/test_source.h"
#include "dataframe/plan/node.h"
#include "session/test_regimes.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// Joins against nested loops over the same rows, under every regime.
namespace treadle {
namespace {

using columnar::test::batch;
using session::test::computed;

struct Row {
  std::optional<std::int64_t> number;
  std::optional<std::string> text;
  std::int64_t id = 0;
};
using Rows = std::vector<Row>;

Rows random_rows(std::mt19937_64& random, std::size_t count, int num_keys) {
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row;
    const auto key = static_cast<int>(random() % static_cast<unsigned>(num_keys));
    if (random() % 8 != 0) row.number = key;
    if (random() % 8 != 0)
      row.text = std::string(static_cast<std::size_t>(key % 5), 'x') + std::to_string(key / 2);
    row.id = static_cast<std::int64_t>(i);
    rows.push_back(std::move(row));
  }
  return rows;
}

DataFrame frame(const Rows& rows) {
  std::vector<std::optional<std::int64_t>> numbers, ids;
  std::vector<std::optional<std::string>> texts;
  for (const Row& row : rows) {
    numbers.push_back(row.number);
    texts.push_back(row.text);
    ids.emplace_back(row.id);
  }
  using columnar::test::ints;
  const columnar::Batch whole =
      batch({{"number", ints(numbers)}, {"text", columnar::test::texts(texts)}, {"id", ints(ids)}});
  return DataFrame(Table(*whole.schema(), {whole}));
}

template <class T>
bool same(const std::optional<T>& a, const std::optional<T>& b, bool nulls_equal) {
  if (!a || !b) return nulls_equal && !a && !b;
  return *a == *b;
}

using Partners = std::function<bool(const Row&, const Row&)>;
using Pair = std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>;

/// Pairs of ids by nested loops.
std::vector<Pair> nested_loops(const Rows& left, const Rows& right, JoinKind kind, const Partners& partners) {
  std::vector<Pair> pairs;
  if (kind == JoinKind::kRight) {
    const auto exchanged = [&](const Row& a, const Row& b) { return partners(b, a); };
    for (const Pair& pair : nested_loops(right, left, JoinKind::kLeft, exchanged)) {
      pairs.emplace_back(pair.second, pair.first);
    }
    return pairs;
  }
  for (const Row& row : left) {
    bool any = false;
    for (const Row& other : right) {
      if (!partners(row, other)) continue;
      if (kind != JoinKind::kAnti && !(kind == JoinKind::kSemi && any)) {
        pairs.emplace_back(row.id, kind == JoinKind::kSemi ? std::optional<std::int64_t>() : other.id);
      }
      any = true;
    }
    const bool alone = kind == JoinKind::kLeft || kind == JoinKind::kFull || kind == JoinKind::kAnti;
    if (!any && alone) pairs.emplace_back(row.id, std::nullopt);
  }
  if (kind != JoinKind::kFull) return pairs;
  for (const Row& other : right) {
    bool any = false;
    for (const Row& row : left) any |= partners(row, other);
    if (!any) pairs.emplace_back(std::nullopt, other.id);
  }
  return pairs;
}

std::string shown(const std::optional<std::int64_t>& id) { return id ? " " + std::to_string(*id) : " null"; }

std::string expected_text(const std::vector<Pair>& pairs, bool both) {
  std::string text = both ? "id: int64\nid_right: int64\n" : "id: int64\n";
  for (const Pair& pair : pairs) text += shown(pair.first) + (both ? shown(pair.second) : "") + "\n";
  return text;
}

constexpr JoinKind kKinds[] = {JoinKind::kInner, JoinKind::kLeft, JoinKind::kRight,
                               JoinKind::kFull,  JoinKind::kSemi, JoinKind::kAnti};

struct Keys {
  std::string name;
  std::vector<Expression> columns;
  bool number;
  bool text;
};

void check(const Rows& left, const Rows& right, const Keys& keys, bool conditional, bool nulls_equal) {
  const Partners partners = [&](const Row& a, const Row& b) {
    return (!keys.number || same(a.number, b.number, nulls_equal)) &&
           (!keys.text || same(a.text, b.text, nulls_equal)) && (!conditional || (a.id + b.id) % 3 == 0);
  };
  for (const JoinKind kind : kKinds) {
    JoinOptions options;
    options.how = kind;
    options.on = keys.columns;
    options.nulls_equal = nulls_equal;
    if (conditional) options.where = (col("id") + col("id_right")) % 3 == 0;
    const bool both = kind != JoinKind::kSemi && kind != JoinKind::kAnti;
    std::vector<Expression> wanted = {col("id")};
    if (both) wanted.push_back(col("id_right"));
    const DataFrame joined = frame(left).join(frame(right), options).select(wanted);
    EXPECT_EQ(computed(joined), expected_text(nested_loops(left, right, kind, partners), both))
        << keys.name << ", kind " << static_cast<int>(kind) << (conditional ? ", conditional" : "")
        << (nulls_equal ? ", nulls equal" : "");
  }
}

TEST(Join, AgreesWithNestedLoops) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<Keys> all_keys = {{"number", {col("number")}, true, false},
                                      {"text", {col("text")}, false, true},
                                      {"number, text", {col("number"), col("text")}, true, true}};
  for (const auto& [num_left, num_right] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 0}, {0, 5}, {5, 0}, {1, 1}, {60, 40}, {30, 200}}) {
    const int num_keys = 1 + static_cast<int>(random() % 40);
    const Rows left = random_rows(random, num_left, num_keys);
    const Rows right = random_rows(random, num_right, num_keys);
    for (const Keys& keys : all_keys) {
      check(left, right, keys, random() % 2 == 0, random() % 2 == 0);
    }
  }
}

// Keys close together are looked up in an array, others in slots.
TEST(Join, KeysFarApartAndBelowZeroAreFound) {
  std::mt19937_64 random(7);
  const Rows left = random_rows(random, 60, 20), right = random_rows(random, 80, 20);
  for (const auto& [scale, least] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, -10}, {1, INT64_MAX - 20}, {1, INT64_MIN}, {1'000'003, -5'000'000}, {INT64_MAX / 20, -7}}) {
    const auto moved = [&](Rows rows) {
      for (Row& row : rows) {
        if (row.number) row.number = least + *row.number * scale;
      }
      return rows;
    };
    check(moved(left), moved(right), {"number", {col("number")}, true, false}, false, true);
  }
}

TEST(Join, AHotKeyHasManyPairs) {
  Rows left, right;
  for (std::int64_t i = 0; i < 600; ++i) {
    left.push_back({i % 2 == 0 ? 7 : i, "a", i});
    right.push_back({i % 2 == 0 ? 7 : i, "a", i});
  }
  JoinOptions options;
  options.on = {col("number")};
  const DataFrame joined = frame(left).join(frame(right), options);
  const std::vector<Pair> pairs = nested_loops(
      left, right, JoinKind::kInner, [](const Row& a, const Row& b) { return a.number == b.number; });
  EXPECT_GT(pairs.size(), 80000U);
  EXPECT_EQ(computed(joined.select({col("id"), col("id_right")})), expected_text(pairs, true));
}

TEST(Join, CrossPairsAllRows) {
  std::mt19937_64 random(1);
  const Rows left = random_rows(random, 7, 5), right = random_rows(random, 3, 5);
  JoinOptions options;
  options.how = JoinKind::kCross;
  const DataFrame joined = frame(left).join(frame(right), options);
  const std::vector<Pair> pairs =
      nested_loops(left, right, JoinKind::kInner, [](const Row&, const Row&) { return true; });
  EXPECT_EQ(computed(joined.select({col("id"), col("id_right")})), expected_text(pairs, true));
  EXPECT_EQ(computed(joined.select({count()})), "count: int64\n 21\n");
}

DataFrame small(const std::string& key, const std::vector<std::optional<std::int64_t>>& keys,
                const std::string& other, const std::vector<std::optional<std::string>>& values) {
  using namespace columnar::test;
  const columnar::Batch whole = batch({{key, ints(keys)}, {other, texts(values)}});
  return DataFrame(Table(*whole.schema(), {whole}));
}

TEST(Join, NamesColumnsAndBringsKeysTogether) {
  const DataFrame left = small("k", {1, 2}, "v", {"a", "b"});
  const DataFrame right = small("k", {2, 3}, "v", {"c", "d"});
  JoinOptions options;
  options.on = {col("k")};
  EXPECT_EQ(computed(left.join(right, options)), "k: int64\nv: utf8\nv_right: utf8\n 2 \"b\" \"c\"\n");
  options.how = JoinKind::kFull;
  EXPECT_EQ(computed(left.join(right, options)),
            "k: int64\nv: utf8\nk_right: int64\nv_right: utf8\n 1 \"a\" null null\n 2 \"b\" 2 \"c\"\n null "
            "null 3 \"d\"\n");
  options.coalesce = true;
  options.left_suffix = "_x";
  options.right_suffix = "_y";
  EXPECT_EQ(computed(left.join(right, options)),
            "k: int64\nv_x: utf8\nv_y: utf8\n 1 \"a\" null\n 2 \"b\" \"c\"\n 3 null \"d\"\n");
  options.how = JoinKind::kRight;
  EXPECT_EQ(computed(left.join(right, options)),
            "k: int64\nv_x: utf8\nv_y: utf8\n 2 \"b\" \"c\"\n 3 null \"d\"\n");
}

TEST(Join, TakesExpressionsAsKeys) {
  const DataFrame left = small("k", {1, 2}, "v", {"a", "b"});
  const DataFrame right = small("j", {20, 30}, "w", {"c", "d"});
  JoinOptions options;
  options.left_on = {col("k") * 10};
  options.right_on = {col("j")};
  EXPECT_EQ(computed(left.join(right, options)), "k: int64\nv: utf8\nj: int64\nw: utf8\n 2 \"b\" 20 \"c\"\n");
}

TEST(Join, ComparesNumbersOfDifferentTypesByValue) {
  using namespace columnar::test;
  const columnar::Batch floats_side = batch({{"f", floats({1.0, 2.5, 9007199254740992.0, {}})}});
  const columnar::Batch ints_side = batch({{"i", ints({1, 2, 9007199254740993, {}})}});
  const DataFrame left(Table(*floats_side.schema(), {floats_side}));
  const DataFrame right(Table(*ints_side.schema(), {ints_side}));
  JoinOptions options;
  options.left_on = {col("f")};
  options.right_on = {col("i")};
  options.nulls_equal = true;
  options.coalesce = false;
  EXPECT_EQ(computed(left.join(right, options)), "f: float64\ni: int64\n 1.0 1\n null null\n");
  std::swap(options.left_on, options.right_on);
  EXPECT_EQ(computed(right.join(left, options)), "i: int64\nf: float64\n 1 1.0\n null null\n");
}

JoinOptions on(const char* left, const char* right) {
  JoinOptions options;
  options.left_on.push_back(col(left));
  options.right_on.push_back(col(right));
  return options;
}

TEST(Join, RefusesWhatCannotBe) {
  const DataFrame left = small("k", {1}, "v", {"a"}), right = small("k", {1}, "v", {"b"});
  EXPECT_THROW(left.join(right, {}), InvalidArgument);
  EXPECT_THROW(left.join(right, on("nothing", "k")), NotFound);
  EXPECT_THROW(left.join(right, on("k", "v")), TypeError);
  JoinOptions cross = on("k", "k");
  cross.how = JoinKind::kCross;
  EXPECT_THROW(left.join(right, cross), InvalidArgument);
  JoinOptions clashing = on("k", "k");
  clashing.right_suffix = "";
  EXPECT_THROW(left.join(right, clashing), InvalidArgument);
}

TEST(Join, JoinsAFrameWithItself) {
  const DataFrame data = small("k", {1, 2, 1}, "v", {"a", "b", "c"});
  EXPECT_EQ(computed(data.join(data, on("k", "k")).select({col("v"), col("v_right")})),
            "v: utf8\nv_right: utf8\n \"a\" \"a\"\n \"a\" \"c\"\n \"b\" \"b\"\n \"c\" \"a\"\n \"c\" \"c\"\n");
}

/// n = 0, 1, 2 ...; g = a, b, c, a ...; x = n, read in partitions of a few strips that guess where they
/// begin.
dataframe::test::TextTable numbers(std::size_t count) {
  dataframe::test::TextTable table;
  table.fields = {{"n", TypeId::kInt64, true}, {"g", TypeId::kUtf8, true}, {"x", TypeId::kInt64, true}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string letter(1, static_cast<char>('a' + i % 3));
    table.rows.push_back({std::to_string(i), letter, std::to_string(i)});
  }
  return table;
}

DataFrame read(dataframe::test::TextTable table) {
  return DataFrame(std::make_shared<const dataframe::Scan>(
      std::make_shared<const dataframe::test::TextSource>(std::move(table))));
}

DataFrame letters() {
  using namespace columnar::test;
  const columnar::Batch whole =
      batch({{"g", texts({"a", "b", "b"})}, {"weight", ints({1, 10, 100})}, {"number", ints({4, 7, 5})}});
  return DataFrame(Table(*whole.schema(), {whole}));
}

TEST(Join, RowsStreamThroughSeveralJoinsIntoAnySink) {
  // Each b has two partners; the second join keeps n = 7 and n = 4.
  const DataFrame both =
      read(numbers(40))
          .join(letters(), on("g", "g"))
          .join(letters().select({col("number"), col("weight").alias("w")}), on("n", "number"));
  EXPECT_EQ(computed(both.select({col("n"), col("weight"), col("w")})),
            "n: int64\nweight: int64\nw: int64\n 4 10 1\n 4 100 1\n 7 10 10\n 7 100 10\n");
  EXPECT_EQ(computed(both.select({col("weight").sum(), count()})), "weight: int64\ncount: int64\n 220 4\n");
  EXPECT_EQ(computed(both.sort({{"weight", true}, {"n"}}).select({col("n")}).head(3)),
            "n: int64\n 4\n 7\n 4\n");
  EXPECT_EQ(computed(both.select({col("n")}).head(1)), "n: int64\n 4\n");
  EXPECT_EQ(computed(concat({both, both}).select({count()})), "count: int64\n 8\n");
}

/// 5,000 rows: n from 0 on, a = 7 n modulo 1,000 or null, b = n modulo 90.
columnar::Batch many_rows() {
  using namespace columnar::test;
  std::vector<std::optional<std::int64_t>> n, a, b;
  for (std::int64_t i = 0; i < 5000; ++i) {
    n.emplace_back(i);
    a.push_back(i % 11 == 0 ? std::nullopt : std::optional(i * 7 % 1000));
    b.emplace_back(i % 90);
  }
  return batch({{"n", ints(n)}, {"a", ints(a)}, {"b", ints(b)}});
}

DataFrame frame_of(const columnar::Batch& whole) { return DataFrame(Table(*whole.schema(), {whole})); }

TEST(Join, RowsThatALaterJoinDropsMayGoBeforeAnEarlierOne) {
  using namespace columnar::test;
  const DataFrame few = frame_of(batch({{"key", ints({3, 400, 77, 980})}, {"x", ints({1, 2, 3, 4})}}));
  const DataFrame pairs =
      frame_of(batch({{"p", ints({4, 4, 50})}, {"q", ints({3, 400, 980})}, {"y", ints({1, 2, 3})}}));
  const DataFrame dense = frame_of(batch({{"even", ints({0, 2, 4, 6, 8, 10, 50})}}));
  JoinOptions both;
  both.left_on = {col("d"), col("c")};
  both.right_on = {col("p"), col("q")};
  JoinOptions semi = on("e", "even");
  semi.how = JoinKind::kSemi;
  const DataFrame joined = frame_of(many_rows())
                               .join(few, on("a", "key"))
                               .select({col("n"), col("a").alias("c"), col("b").alias("d"), col("x")})
                               .filter(col("x") != 3)
                               .join(pairs, both)
                               .select({col("n"), col("d").alias("e"), col("y")})
                               .join(dense, semi);
  std::string expected = "n: int64\ny: int64\n";
  for (std::int64_t n = 0; n < 5000; ++n) {
    const std::int64_t a = n % 11 == 0 ? -1 : n * 7 % 1000, b = n % 90;
    const int y = a == 3 && b == 4 ? 1 : a == 400 && b == 4 ? 2 : a == 980 && b == 50 ? 3 : 0;
    if (y != 0) expected += " " + std::to_string(n) + " " + std::to_string(y) + "\n";
  }
  EXPECT_EQ(computed(joined.select({col("n"), col("y")})), expected);
}

TEST(Join, CodesOfADictionaryFindWhatTheirTextsFind) {
  using namespace columnar::test;
  std::vector<std::optional<std::string>> values;
  std::vector<std::optional<std::int64_t>> numbers;
  for (std::int64_t i = 0; i < 100; ++i) {
    values.emplace_back("text " + std::to_string(i * i % 7));
    numbers.emplace_back(i);
  }
  const columnar::Column plain = texts(values);
  const DataFrame right = frame_of(batch({{"t", texts({"text 4", "other", "text 1", "text 4", {}})}}));
  const auto pairs = [&](const columnar::Column& keys) {
    return computed(frame_of(batch({{"key", keys}, {"n", ints(numbers)}})).join(right, on("key", "t")));
  };
  EXPECT_EQ(pairs(to_dictionary(plain)), pairs(plain));
  values[9].reset();
  EXPECT_EQ(pairs(to_dictionary(texts(values))), pairs(texts(values)));
}

/// Names and bytes of a directory's files.
std::map<std::string, std::string> files_in(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(entry.path());
    files[entry.path().filename()].assign(std::istreambuf_iterator<char>(in), {});
  }
  return files;
}

TEST(Join, RowsThatWaitOnDiskKeepTheirStripsAndPartitions) {
  dataframe::test::TextTable table = numbers(300);
  for (std::size_t i = 0; i < table.rows.size(); ++i) table.rows[i][2] = std::to_string(i) + ".1";
  table.fields[2].type = TypeId::kFloat64;
  // Too many for a table in 4 MiB.
  std::vector<std::optional<std::int64_t>> keys;
  std::vector<std::optional<double>> factors;
  for (int i = 0; i < 200'000; ++i) {
    keys.emplace_back(i % 150'000);
    factors.emplace_back(1.0 / (i + 3));
  }
  const columnar::Batch right =
      batch({{"key", columnar::test::ints(keys)}, {"factor", columnar::test::floats(factors)}});
  const DataFrame joined =
      read(table)
          .join(DataFrame(Table(*right.schema(), {right})), on("n", "key"))
          .join(letters(), on("g", "g"))
          .select({col("n"), (col("x") * col("factor") * col("weight")).alias("product")});
  computed(joined.select({col("product").sum(), count()}));

  char folder[] = "/tmp/treadle-join-XXXXXX";
  const std::filesystem::path out = std::filesystem::path(::mkdtemp(folder)) / "out";
  std::map<std::string, std::string> expected;
  for (const session::test::Regime& regime : session::test::regimes()) {
    ParquetWriteOptions write;
    write.mode = WriteMode::kOverwrite;
    joined.write_parquet(out.string(), write, regime.options);
    if (expected.empty()) expected = files_in(out);
    EXPECT_EQ(expected.size(), 38U) << regime.name;
    EXPECT_TRUE(files_in(out) == expected) << regime.name;
  }
  std::filesystem::remove_all(folder);
}

TEST(Join, TypesThatWidenLateGiveTheAnswerOfTheWiderType) {
  dataframe::test::TextTable table = numbers(40);
  table.rows[33][2] = "0.5";
  table.rows[35][0] = "7.5";
  const DataFrame joined =
      read(table).join(letters(), on("n", "number")).group_by({col("g")}).agg({col("x").sum()});
  EXPECT_EQ(computed(joined), "g: utf8\nx: float64\n \"b\" 11.0\n \"c\" 5.0\n");
  const DataFrame by_letter =
      read(table).join(letters(), on("g", "g")).select({col("x").sum(), col("weight").sum()});
  EXPECT_EQ(computed(by_letter), computed(read(table)
                                              .with_columns({col("x").cast(TypeId::kFloat64)})
                                              .join(letters(), on("g", "g"))
                                              .select({col("x").sum(), col("weight").sum()})));
}

TEST(Concat, PutsFramesBelowEachOther) {
  const DataFrame a = small("k", {1}, "v", {"a"}), b = small("k", {2}, "w", {"b"});
  EXPECT_EQ(computed(concat({a, b})), "k: int64\nv: utf8\nw: utf8\n 1 \"a\" null\n 2 null \"b\"\n");
  EXPECT_EQ(computed(concat({a, b}, {ConcatOptions::Match::kCommonNames})), "k: int64\n 1\n 2\n");
  EXPECT_EQ(computed(concat({a, b}, {ConcatOptions::Match::kPositions})),
            "k: int64\nv: utf8\n 1 \"a\"\n 2 \"b\"\n");
  EXPECT_EQ(computed(concat({a, a.with_columns({col("k") * 0.5})})),
            "k: float64\nv: utf8\n 1.0 \"a\"\n 0.5 \"a\"\n");
  EXPECT_THROW(concat({a, a.with_columns({col("v").alias("k")})}), TypeError);
  EXPECT_THROW(concat({}), InvalidArgument);
}

}  // namespace
}  // namespace treadle

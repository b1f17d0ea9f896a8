#include "treadle/window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "columnar/test_columns.h"
#include "session/test_regimes.h"
#include "treadle/error.h"

// Window columns under every regime, against loops over whole groups.
namespace treadle {
namespace {

using columnar::test::batch;
using columnar::test::ints;
using columnar::test::texts;
using session::test::computed;
using session::test::Regime;
using session::test::regimes;

using Value = std::optional<std::int64_t>;
using Values = std::vector<Value>;

struct Rows {
  Values group, time, x;
};

Rows random_rows(std::int64_t count, std::uint64_t groups) {
  std::mt19937_64 random(7);
  Rows rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.group.push_back(random() % 50 == 0 ? Value() : Value(static_cast<std::int64_t>(random() % groups)));
    rows.time.push_back(static_cast<std::int64_t>(random() % 8));
    rows.x.push_back(random() % 5 == 0 ? Value() : Value(static_cast<std::int64_t>(random() % 100)));
  }
  return rows;
}

/// In batches of few rows and three partitions, with a text that fills memory.
DataFrame frame_of(const Rows& rows, std::size_t batch_rows) {
  std::vector<columnar::Batch> batches;
  const std::size_t count = rows.x.size();
  for (std::size_t first = 0; first < count; first += batch_rows) {
    const auto part = [&](const Values& all) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
      return Values(begin, begin + static_cast<std::ptrdiff_t>(std::min(batch_rows, count - first)));
    };
    std::vector<std::optional<std::string>> filler(part(rows.x).size(), std::string(60, 'x'));
    batches.push_back(batch({{"group", ints(part(rows.group))},
                             {"time", ints(part(rows.time))},
                             {"x", ints(part(rows.x))},
                             {"text", texts(filler)}}));
  }
  const auto third = static_cast<std::int64_t>(batch_rows * ((count / batch_rows) / 3));
  const Schema schema = *batches[0].schema();
  return DataFrame(Table(schema, std::move(batches)), {third, 0, static_cast<std::int64_t>(count) - third});
}

/// For each row what `of` makes of its group's rows, in their order, and its place in it.
template <class Of>
Values by_group(const Rows& rows, Of of) {
  std::vector<std::size_t> order(rows.x.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return rows.group[a] != rows.group[b] ? rows.group[a] < rows.group[b] : rows.time[a] < rows.time[b];
  });
  Values found(rows.x.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && rows.group[order[end]] == rows.group[order[begin]]) ++end;
    const std::vector<std::size_t> group(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                         order.begin() + static_cast<std::ptrdiff_t>(end));
    for (std::size_t i = 0; i < group.size(); ++i) found[group[i]] = of(group, i);
  }
  return found;
}

using Group = std::vector<std::size_t>;

Value sum_of(const Rows& rows, const Group& group, std::size_t begin, std::size_t end) {
  Value sum;
  for (std::size_t i = begin; i < end; ++i) {
    if (rows.x[group[i]]) sum = sum.value_or(0) + *rows.x[group[i]];
  }
  return sum;
}

/// The place behind the last row that is equal in the order.
std::size_t peers_end(const Rows& rows, const Group& group, std::size_t i) {
  while (i < group.size() && rows.time[group[i]] == rows.time[group[std::min(i, group.size() - 1)]]) {
    if (i + 1 == group.size() || rows.time[group[i + 1]] != rows.time[group[i]]) return i + 1;
    ++i;
  }
  return i;
}

Values delivered(const DataFrame& frame, const std::string& name, const ComputeOptions& options) {
  Values all;
  BatchReader reader = frame.filter(col("text") != lit("")).select({col(name)}).batches(options);
  Table table;
  while (reader.next(table)) {
    for (std::int64_t row = 0; row < table.num_rows(); ++row) {
      const Scalar value = table.at(row, name);
      all.push_back(value.is_null() ? Value() : Value(std::get<std::int64_t>(value.storage())));
    }
  }
  return all;
}

struct Case {
  WindowColumn column;
  Values expected;
};

std::vector<Case> cases_of(const Rows& rows) {
  const auto whole = WindowFrame::whole_group();
  const auto size = [](const Group& group) { return group.size(); };
  std::vector<Case> cases;
  const auto add = [&](WindowKind kind, const std::string& column, WindowFrame frame, auto of,
                       std::int64_t distance = 1, bool keep_nulls = false) {
    const std::string name = "w" + std::to_string(cases.size());
    cases.push_back({{kind, column, name, frame, distance, keep_nulls}, by_group(rows, of)});
  };
  add(WindowKind::kNumber, "", {}, [](const Group&, std::size_t i) { return static_cast<std::int64_t>(i); });
  add(WindowKind::kSum, "x", {}, [&](const Group& g, std::size_t i) { return sum_of(rows, g, 0, i + 1); });
  add(
      WindowKind::kSum, "x", {},
      [&](const Group& g, std::size_t i) { return rows.x[g[i]] ? sum_of(rows, g, 0, i + 1) : Value(); }, 1,
      true);
  add(WindowKind::kSum, "x", {std::nullopt, 0, true},
      [&](const Group& g, std::size_t i) { return sum_of(rows, g, 0, peers_end(rows, g, i)); });
  add(WindowKind::kSum, "x", whole, [&](const Group& g, std::size_t) { return sum_of(rows, g, 0, size(g)); });
  add(WindowKind::kSum, "x", {0, std::nullopt, false},
      [&](const Group& g, std::size_t i) { return sum_of(rows, g, i, size(g)); });
  add(WindowKind::kSum, "x", {-2, 3, false}, [&](const Group& g, std::size_t i) {
    return sum_of(rows, g, i < 2 ? 0 : i - 2, std::min(size(g), i + 4));
  });
  add(WindowKind::kSum, "x", {2, 3, false}, [&](const Group& g, std::size_t i) {
    return sum_of(rows, g, std::min(size(g), i + 2), std::min(size(g), i + 4));
  });
  add(WindowKind::kCount, "x", {-3, -1, false}, [&](const Group& g, std::size_t i) {
    std::int64_t count = 0;
    for (std::size_t k = i < 3 ? 0 : i - 3; k < i; ++k) count += rows.x[g[k]] ? 1 : 0;
    return count;
  });
  add(WindowKind::kMax, "x", {-4, 1, false}, [&](const Group& g, std::size_t i) {
    Value most;
    for (std::size_t k = i < 4 ? 0 : i - 4; k < std::min(size(g), i + 2); ++k) {
      if (rows.x[g[k]] && (!most || *most < *rows.x[g[k]])) most = rows.x[g[k]];
    }
    return most;
  });
  add(WindowKind::kRank, "", {}, [&](const Group& g, std::size_t i) {
    std::int64_t rank = 1;
    for (std::size_t k = 0; k < i; ++k) rank += rows.time[g[k]] != rows.time[g[i]] ? 1 : 0;
    return rank;
  });
  add(WindowKind::kDenseRank, "", {}, [&](const Group& g, std::size_t i) {
    std::int64_t rank = 1;
    for (std::size_t k = 1; k <= i; ++k) rank += rows.time[g[k]] != rows.time[g[k - 1]] ? 1 : 0;
    return rank;
  });
  add(
      WindowKind::kShift, "x", {},
      [&](const Group& g, std::size_t i) { return i < 2 ? Value() : rows.x[g[i - 2]]; }, 2);
  add(
      WindowKind::kShift, "x", {},
      [&](const Group& g, std::size_t i) { return i + 3 < size(g) ? rows.x[g[i + 3]] : Value(); }, -3);
  add(WindowKind::kFirst, "x", {}, [&](const Group& g, std::size_t) { return rows.x[g[0]]; });
  add(WindowKind::kLast, "x", {std::nullopt, 0, true},
      [&](const Group& g, std::size_t i) { return rows.x[g[peers_end(rows, g, i) - 1]]; });
  add(WindowKind::kLast, "x", whole, [&](const Group& g, std::size_t) { return rows.x[g.back()]; });
  add(
      WindowKind::kFillBack, "x", {},
      [&](const Group& g, std::size_t i) {
        for (std::size_t k = i; k < size(g); ++k) {
          if (rows.x[g[k]]) return rows.x[g[k]];
        }
        return Value();
      },
      -1);
  return cases;
}

void check(const Rows& rows, std::size_t batch_rows) {
  std::vector<WindowColumn> columns;
  const std::vector<Case> cases = cases_of(rows);
  for (const Case& one : cases) columns.push_back(one.column);
  const DataFrame frame = with_windows(frame_of(rows, batch_rows), columns, {{"group"}, {"time"}});
  for (const Regime& regime : regimes()) {
    for (const Case& one : cases) {
      EXPECT_EQ(delivered(frame, one.column.name, regime.options), one.expected)
          << regime.name << ", " << one.column.name;
    }
  }
}

TEST(Windows, AgreeWithLoopsOverGroupsOfFewRows) { check(random_rows(300, 20), 7); }

TEST(Windows, AgreeWithLoopsOverGroupsLargerThanABatch) { check(random_rows(900, 2), 16); }

TEST(Windows, SpillRowsThatDoNotFit) {
  const Rows rows = random_rows(60'000, 4);
  const Values expected =
      by_group(rows, [&](const Group& g, std::size_t) { return static_cast<std::int64_t>(g.size()) - 1; });
  const DataFrame frame = with_windows(
      frame_of(rows, 2'000),
      {{WindowKind::kNumber, "", "number"}, {WindowKind::kLast, "time", "last", WindowFrame::whole_group()}},
      {{"group"}, {"time"}});
  const DataFrame most = with_windows(
      frame, {{WindowKind::kMax, "number", "most", WindowFrame::whole_group()}}, {{"group"}, {}});
  for (const Regime& regime : regimes())
    EXPECT_EQ(delivered(most, "most", regime.options), expected) << regime.name;
}

TEST(Windows, WithoutGroupsAndOrderGoThroughAllRowsAsTheyCome) {
  const DataFrame frame =
      with_windows(frame_of({{1, 1, 2}, {3, 2, 1}, {5, {}, 7}}, 1),
                   {{WindowKind::kSum, "x", "sum"}, {WindowKind::kShift, "x", "next", {}, -1}}, {});
  EXPECT_EQ(computed(frame.select({col("x"), col("sum"), col("next")})),
            "x: int64\nsum: int64\nnext: int64\n 5 5 null\n null 5 7\n 7 12 null\n");
}

TEST(Windows, TextsHaveExtremesToo) {
  const columnar::Batch rows = batch({{"s", texts({"b", "a", std::nullopt, "c"})}});
  const DataFrame frame(Table(*rows.schema(), {rows}));
  EXPECT_EQ(
      computed(with_windows(
          frame, {{WindowKind::kMin, "s", "least"}, {WindowKind::kMax, "s", "near", {-1, 1, false}}}, {})),
      "s: utf8\nleast: utf8\nnear: utf8\n \"b\" \"b\" \"b\"\n \"a\" \"a\" \"b\"\n null \"a\" \"c\"\n \"c\" "
      "\"a\" \"c\"\n");
}

TEST(Windows, WrongOnesAreRefusedNamingThem) {
  const DataFrame frame = frame_of(random_rows(10, 2), 4);
  const auto windows = [&](const WindowColumn& column) {
    return with_windows(frame, {column}, {{"group"}, {}});
  };
  EXPECT_THROW(windows({WindowKind::kSum, "text", "sum"}), TypeError);
  EXPECT_THROW(windows({WindowKind::kSum, "y", "sum"}), NotFound);
  EXPECT_THROW(windows({WindowKind::kSum, "x", "time"}), InvalidArgument);
  EXPECT_THROW(windows({WindowKind::kSum, "x", "sum", {3, 1, false}}), InvalidArgument);
  EXPECT_THROW(windows({WindowKind::kSum, "x", "sum", {std::nullopt, 1, false}}), InvalidArgument);
  EXPECT_THROW(windows({WindowKind::kProduct, "x", "product", {-1, 1, false}}), InvalidArgument);
  EXPECT_THROW(with_windows(frame, {{WindowKind::kNumber, "", "n"}}, {{"none"}, {}}), NotFound);
}

}  // namespace
}  // namespace treadle

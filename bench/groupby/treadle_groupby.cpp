// The questions of db-benchmark's group-by over one table in memory. Prints a line a question (see
// question_line.h) with the sums of the answer's value columns.
#include <algorithm>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "question_line.h"
#include "treadle/error.h"

namespace {

using treadle::col;
using treadle::Expression;

struct Question {
  std::string name;
  treadle::DataFrame answer;
  std::vector<std::string> values;
};

// Pearson's correlation, squared, from sums of integers: exact as long as these are below 2^53.
Expression squared_correlation(const Expression& x, const Expression& y) {
  const Expression n = treadle::count().cast(treadle::TypeId::kFloat64);
  const auto sum = [](const Expression& of) { return of.sum().cast(treadle::TypeId::kFloat64); };
  const Expression both = n * sum(x * y) - sum(x) * sum(y);
  const Expression first = n * sum(x * x) - sum(x) * sum(x);
  const Expression second = n * sum(y * y) - sum(y) * sum(y);
  return both * both / (first * second);
}

// The two largest v3 of each id6: no aggregate has several rows a group, so rows are put in order and
// counted.
treadle::DataFrame two_largest(const treadle::DataFrame& frame) {
  return frame.select({col("id6"), col("v3")})
      .sort({{"id6"}, {"v3", true}})
      .with_running({{treadle::RunningKind::kNumber, "", "place"}}, {{"id6"}})
      .filter(col("place") < 2)
      .select({col("id6"), col("v3")});
}

std::vector<Question> questions(const treadle::DataFrame& x) {
  const auto asked = [&x](std::string name, const std::vector<Expression>& keys,
                          const std::vector<Expression>& aggregates, std::vector<std::string> values) {
    return Question{std::move(name), x.group_by(keys).agg(aggregates), std::move(values)};
  };
  const Expression v1 = col("v1"), v2 = col("v2"), v3 = col("v3");
  return {
      asked("q1", {col("id1")}, {v1.sum()}, {"v1"}),
      asked("q2", {col("id1"), col("id2")}, {v1.sum()}, {"v1"}),
      asked("q3", {col("id3")}, {v1.sum(), v3.mean()}, {"v1", "v3"}),
      asked("q4", {col("id4")}, {v1.mean(), v2.mean(), v3.mean()}, {"v1", "v2", "v3"}),
      asked("q5", {col("id6")}, {v1.sum(), v2.sum(), v3.sum()}, {"v1", "v2", "v3"}),
      asked("q6", {col("id4"), col("id5")}, {v3.median().alias("median"), v3.std().alias("sd")},
            {"median", "sd"}),
      asked("q7", {col("id3")}, {(v1.max() - v2.min()).alias("range")}, {"range"}),
      {"q8", two_largest(x), {"v3"}},
      asked("q9", {col("id2"), col("id4")}, {squared_correlation(v1, v2).alias("r2")}, {"r2"}),
      asked("q10", {col("id1"), col("id2"), col("id3"), col("id4"), col("id5"), col("id6")},
            {v3.sum(), treadle::count().alias("count")}, {"v3", "count"}),
  };
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) throw treadle::InvalidArgument("usage: groupby DIRECTORY [QUESTION ...]");
  const std::vector<std::string> wanted(argv + 2, argv + argc);
  treadle::ComputeOptions options;
  options.run.num_threads = 2;
  const treadle::DataFrame frame(
      treadle::read_parquet(std::string(argv[1]) + "/groupby.parquet").compute(options));
  for (const Question& question : questions(frame)) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), question.name) == wanted.end()) continue;
    const auto answer = treadle_bench::timed(question.answer, options);
    treadle_bench::print_line(question.name, answer, treadle_bench::sums_of(answer.table, question.values));
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

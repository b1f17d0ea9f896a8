// The five joins of db-benchmark (J1) over tables in memory. Prints a line a question (see question_line.h)
// with the sums of v1 and v2.
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "question_line.h"
#include "treadle/error.h"

namespace {

using treadle::col;
using treadle::DataFrame;
using treadle::JoinKind;

struct Question {
  std::string name;
  std::string right;
  std::string key;
  JoinKind how = JoinKind::kInner;
};

DataFrame load(const std::string& path) { return DataFrame(treadle::read_parquet(path).compute()); }

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw treadle::InvalidArgument("usage: join DIRECTORY");
  const std::string directory = std::string(argv[1]) + "/";
  treadle::ComputeOptions run;
  run.run.num_threads = 2;
  const DataFrame left = load(directory + "left.parquet");
  const std::vector<Question> questions = {{"q1", "small", "id1"},
                                           {"q2", "medium", "id2"},
                                           {"q3", "medium", "id2", JoinKind::kLeft},
                                           {"q4", "medium", "id5"},
                                           {"q5", "big", "id3"}};
  for (const Question& question : questions) {
    treadle::JoinOptions options;
    options.how = question.how;
    options.on.push_back(col(question.key));
    const DataFrame joined = left.join(load(directory + question.right + ".parquet"), options);
    const auto answer = treadle_bench::timed(joined, run);
    treadle_bench::print_line(question.name, answer, treadle_bench::sums_of(answer.table, {"v1", "v2"}));
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

// The five joins of db-benchmark (J1) over tables in memory: bench/join/join.py makes the data, runs this and the
// peers, and compares what they answer with. Prints a line a question: name, seconds of each run, rows and sums.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "treadle/data_frame.h"

namespace {

using treadle::col;
using treadle::DataFrame;

struct Question {
  std::string name;
  std::string right;
  std::string key;
  treadle::JoinKind how = treadle::JoinKind::kInner;
};

DataFrame load(const std::string& directory, const std::string& name) {
  return DataFrame(treadle::read_parquet(directory + "/" + name + ".parquet").compute());
}

void run(const DataFrame& left, const DataFrame& right, const Question& question, int times) {
  treadle::JoinOptions options;
  options.how = question.how;
  options.on.push_back(col(question.key));
  const DataFrame joined = left.join(right, options);
  std::cout << question.name;
  treadle::Table answer;
  for (int i = 0; i < times; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    answer = joined.compute();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::cout << " " << seconds.count();
  }
  const treadle::Table sums = DataFrame(answer).select({col("v1").sum(), col("v2").sum()}).compute();
  std::cout << " rows " << answer.num_rows() << " sums " << sums.at(0, "v1").to_string() << " "
            << sums.at(0, "v2").to_string() << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: join DIRECTORY TIMES\n";
    return 2;
  }
  const std::string directory = argv[1];
  const DataFrame left = load(directory, "left");
  const std::vector<Question> questions = {{"q1", "small", "id1"},
                                           {"q2", "medium", "id2"},
                                           {"q3", "medium", "id2", treadle::JoinKind::kLeft},
                                           {"q4", "medium", "id5"},
                                           {"q5", "big", "id3"}};
  for (const Question& question : questions) {
    run(left, load(directory, question.right), question, std::atoi(argv[2]));
  }
  return 0;
}

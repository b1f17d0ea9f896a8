#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cases/case_file.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/sql.h"

// Every case under every regime. TREADLE_COMPLETE=1 writes what the first regime answers into the files, to
// be reviewed.
namespace treadle::cases {
namespace {

struct Regime {
  std::string name;
  ComputeOptions options;
};

std::vector<Regime> regimes() {
  std::vector<Regime> all(7);
  all[0].name = "synchronous";
  all[0].options.engine = make_synchronous_engine();
  all[1].name = "optimizer off";
  all[1].options.optimize = false;
  all[2].name = "4 MiB of working memory";
  all[2].options.run.working_memory = 4U << 20;
  all[3].name = "4 MiB of working memory, 8 threads";
  all[3].options.run.working_memory = 4U << 20;
  all[3].options.engine = make_threaded_engine(8);
  std::size_t next = 4;
  for (const unsigned threads : {1U, 2U, 8U}) {
    all[next].name = std::to_string(threads) + " threads";
    all[next].options.engine = make_threaded_engine(threads);
    all[next++].options.run.num_threads = threads;
  }
  return all;
}

/// A table as the cases write it: names, then a line a row, text in quotes.
std::string to_text(const Table& table) {
  std::string text;
  const std::vector<std::string> names = table.schema().names();
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : ",") + names[i];
  text += '\n';
  for (std::int64_t row = 0; row < table.num_rows(); ++row) {
    for (std::size_t i = 0; i < names.size(); ++i)
      text += (i == 0 ? "" : ",") + table.at(row, names[i]).to_string();
    text += '\n';
  }
  return text;
}

/// What a query comes to: a table, or an error.
struct Answer {
  std::string error;
  std::string text;
};

Answer answer_of(const std::string& query_text, const ComputeOptions& options) {
  try {
    return {{}, to_text(query(query_text).compute(options))};
  } catch (const Error& error) {
    return {std::string(error.kind()), std::string(error.what()) + '\n'};
  }
}

/// An error's message need only have the lines of the expectation in it.
void expect_answer(const Query& query, const Answer& answer, const std::string& regime) {
  EXPECT_EQ(answer.error, query.error) << regime << ": " << query.text << answer.text;
  if (query.error.empty()) {
    EXPECT_EQ(answer.text, query.expected) << regime << ": " << query.text;
    return;
  }
  for (std::size_t begin = 0; begin < query.expected.size();) {
    const std::size_t end = query.expected.find('\n', begin);
    const std::string line = query.expected.substr(begin, end - begin);
    EXPECT_NE(answer.text.find(line), std::string::npos) << regime << ": " << query.text << answer.text;
    begin = end + 1;
  }
}

std::vector<std::string> case_paths() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(TREADLE_CASES)) {
    if (entry.path().extension() == ".case") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Runs in a directory of its own, where the case's files are.
class Case : public testing::TestWithParam<std::string> {
 protected:
  Case() : before_(std::filesystem::current_path()), content_(read_case(GetParam())) {
    std::string name = (std::filesystem::temp_directory_path() / "treadle_case_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw IoError("cannot make a directory for the case");
    directory_ = name;
    std::filesystem::current_path(directory_);
    for (const InputFile& file : content_.files) std::ofstream(file.name, std::ios::binary) << file.text;
  }
  ~Case() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(directory_);
  }

  std::filesystem::path before_;
  std::filesystem::path directory_;
  CaseFile content_;
};

TEST_P(Case, AnswersTheSameUnderEveryRegime) {
  if (std::getenv("TREADLE_COMPLETE") != nullptr) {
    for (Query& query : content_.queries) {
      const Answer answer = answer_of(query.text, regimes()[0].options);
      query.error = answer.error;
      query.expected = answer.text;
    }
    std::ofstream(GetParam(), std::ios::binary) << write_case(content_);
  }
  for (const Regime& regime : regimes()) {
    for (const Query& query : content_.queries)
      expect_answer(query, answer_of(query.text, regime.options), regime.name);
  }
}

INSTANTIATE_TEST_SUITE_P(Text, Case, testing::ValuesIn(case_paths()), [](const auto& parameter) {
  std::string name = std::filesystem::path(parameter.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace treadle::cases

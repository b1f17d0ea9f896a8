#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
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
  /// Files are cut into partitions of so many bytes, and these into strips.
  std::optional<std::uint64_t> partition_bytes;
};

constexpr std::uint64_t kTinyPartitions = 16;

std::vector<Regime> regimes() {
  std::vector<Regime> all(2);
  all[0].name = "synchronous";
  all[0].options.engine = make_synchronous_engine();
  all[1].name = "optimizer off";
  all[1].options.optimize = false;
  for (const unsigned threads : {0U, 1U, 2U, 8U}) {
    const std::string name = threads == 0 ? "synchronous" : std::to_string(threads) + " threads";
    ComputeOptions options;
    options.engine = threads == 0 ? make_synchronous_engine() : make_threaded_engine(threads);
    if (threads != 0) options.run.num_threads = threads;
    all.push_back({name, options, std::nullopt});
    options.run.working_memory = 4U << 20;
    all.push_back({name + ", 4 MiB of working memory", options, std::nullopt});
    all.push_back({name + ", 4 MiB, tiny partitions", options, kTinyPartitions});
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

/// Replaces one kind of quotes around the names of files by another.
void spell_names(std::string& text, const std::vector<InputFile>& files, char before, char now) {
  for (const InputFile& file : files) {
    const std::size_t at = text.find(before + file.name + before);
    if (at != std::string::npos) text[at] = text[at + file.name.size() + 1] = now;
  }
}

/// The query with the case's CSV files as tables that are read in small pieces: 'x.csv' becomes "x.csv".
Table compute_in_pieces(std::string text, const std::vector<InputFile>& files, const Regime& regime) {
  CsvOptions options;
  options.partition_bytes = *regime.partition_bytes;
  std::map<std::string, DataFrame> tables;
  for (const InputFile& file : files) {
    if (text.find('\'' + file.name + '\'') != std::string::npos)
      tables.emplace(file.name, read_csv(file.name, options));
  }
  spell_names(text, files, '\'', '"');
  return query(text, tables).compute(regime.options);
}

Answer answer_of(const std::string& query_text, const std::vector<InputFile>& files, const Regime& regime) {
  try {
    const Table table = regime.partition_bytes ? compute_in_pieces(query_text, files, regime)
                                               : query(query_text).compute(regime.options);
    return {{}, to_text(table)};
  } catch (const Error& error) {
    std::string message = error.what();
    if (regime.partition_bytes) spell_names(message, files, '"', '\'');
    return {std::string(error.kind()), message + '\n'};
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
      const Answer answer = answer_of(query.text, content_.files, regimes()[0]);
      query.error = answer.error;
      query.expected = answer.text;
    }
    std::ofstream(GetParam(), std::ios::binary) << write_case(content_);
  }
  for (const Regime& regime : regimes()) {
    for (const Query& query : content_.queries)
      expect_answer(query, answer_of(query.text, content_.files, regime), regime.name);
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

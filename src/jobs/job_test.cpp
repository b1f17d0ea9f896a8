#include "treadle/job.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "treadle/error.h"

namespace treadle {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class JobTest : public testing::Test {
 public:
  ~JobTest() override { fs::remove_all(folder_); }

 protected:
  JobTest() : folder_(fs::path(testing::TempDir()) / ("job_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(path("in.csv"))
        << "carrier,origin,delay\nAA,EWR,5\nUA,JFK,-1\nAA,JFK,10\nUA,EWR,\nAA,EWR,3\n";
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  /// `text` with FOLDER and ' filled in.
  Job job(std::string text) const {
    std::replace(text.begin(), text.end(), '\'', '"');
    for (std::size_t at = 0; (at = text.find("FOLDER", at)) != std::string::npos;)
      text.replace(at, 6, folder_.string());
    return Job::parse(text, "job.json");
  }
  Json answer(const std::string& text) const { return Json::parse(job(text).run().to_json()); }
  std::string failure(const std::string& text) const {
    try {
      return answer(text).dump();
    } catch (const Error& error) {
      return std::string(error.kind()) + ": " + error.what();
    }
  }
  std::string content(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(JobTest, ReadsCsvRecordsOfAnyLength) {
  std::ofstream(path("in.csv")) << "a,b,c\n1,\"\",\n  \n2\n3,\"NA\",,4\n";
  const Json answer = this->answer(R"({'source': {'csv': 'FOLDER/in.csv', 'short_records': 'fill',
    'long_records': 'cut', 'quoted_nulls': true, 'spaces_are_blank': true, 'type_without_values': 'float64'},
    'sinks': [{'table': 'all'}]})");
  EXPECT_EQ(answer["sinks"][0]["rows"], Json::parse("[[1, null, null], [2, null, null], [3, null, null]]"))
      << answer;
  EXPECT_NE(failure(R"({'source': {'csv': 'FOLDER/in.csv'}, 'sinks': [{'table': 'all'}]})")
                .find("in.csv:3: expected 3 fields, found 1"),
            std::string::npos);
}

TEST_F(JobTest, ReadsJsonLines) {
  std::ofstream(path("in.ndjson")) << "{\"a\": 1, \"b\": [1]}\n{\"a\": 2, \"new\": 0}\n{}\n[]\n";
  const Json answer =
      this->answer(R"({'source': {'ndjson': 'FOLDER/in.ndjson', 'columns': ['a'], 'bad_rows': 'skip',
    'dtypes': {'a': 'int32'}, 'unknown_keys': 'ignore', 'max_rows': 9}, 'sinks': [{'table': 'all'}]})");
  EXPECT_EQ(answer["sinks"][0]["rows"].size(), 3U) << answer;
  EXPECT_NE(
      failure(R"({'source': {'ndjson': 'FOLDER/in.ndjson', 'delimiter': ';'}, 'sinks': [{'table': 'x'}]})")
          .find("\"delimiter\" is no option of files of JSON lines"),
      std::string::npos);
  std::ofstream(path("good.jsonl")) << "{\"a\": 1}\n{\"a\": 2}\n";
  const Json query =
      this->answer(R"({'source': {'sql': 'SELECT sum(a) AS s FROM \u0027FOLDER/good.jsonl\u0027'},
    'sinks': [{'table': 'sum'}]})");
  EXPECT_EQ(query["sinks"][0]["rows"][0][0], 3) << query;
}

TEST_F(JobTest, AnswersWithATable) {
  const Json answer = this->answer(R"({'source': {'csv': 'FOLDER/in.csv'},
    'steps': [{'filter': 'delay > 0'}, {'group_by': 'carrier', 'agg': {'mean': 'avg(delay)', 'n': 'count(*)'}}],
    'sinks': [{'table': 'summary'}]})");
  EXPECT_EQ(answer["status"], "ok");
  const Json& table = answer["sinks"][0];
  EXPECT_EQ(table["table"], "summary");
  EXPECT_EQ(table["columns"][1]["name"], "mean");
  EXPECT_EQ(table["rows"], Json::parse(R"([["AA", 6.0, 3]])"));
  EXPECT_EQ(table["num_rows"], 1);
  EXPECT_EQ(table["truncated"], false);
  EXPECT_EQ(answer["statistics"]["rows_read"], 5);
}

TEST_F(JobTest, FeedsSinksBehindAnyStep) {
  const Json answer = this->answer(R"({'source': {'csv': 'FOLDER/in.csv'},
    'steps': [{'filter': 'delay > 0', 'name': 'late'}, {'head': 1}],
    'sinks': [{'after': 'source', 'steps': [{'select': 'count(*) AS n'}], 'table': 'all'},
              {'after': 'late', 'steps': [{'select': 'count(*) AS n'}], 'table': 'late'},
              {'after': 1, 'table': 'first', 'max_rows': 2},
              {'table': 'last'},
              {'after': 'late', 'parquet': {'directory': 'FOLDER/out', 'partition_on': ['origin']}}]})");
  const Json& sinks = answer["sinks"];
  EXPECT_EQ(sinks[0]["rows"][0][0], 5);
  EXPECT_EQ(sinks[1]["rows"][0][0], 3);
  EXPECT_EQ(sinks[2]["num_rows"], 2);
  EXPECT_EQ(sinks[2]["truncated"], true);
  EXPECT_EQ(sinks[3]["num_rows"], 1);
  EXPECT_EQ(sinks[4]["num_rows"], 3);
  EXPECT_TRUE(fs::exists(path("out/origin=EWR")));
}

TEST_F(JobTest, WritesFiles) {
  answer(
      R"({'source': {'csv': 'FOLDER/in.csv'}, 'steps': [{'sort': [{'column': 'delay', 'nulls': 'last'}]}, {'drop': 'origin'}],
    'sinks': [{'csv': {'file': 'FOLDER/out.csv'}}, {'json': {'file': 'FOLDER/out.json'}}]})");
  EXPECT_EQ(content("out.csv"), "carrier,delay\nUA,-1\nAA,3\nAA,5\nAA,10\nUA,\n");
  EXPECT_EQ(Json::parse(content("out.json")).size(), 5U);
}

TEST_F(JobTest, AppliesEveryStep) {
  const Json answer = this->answer(R"({'source': {'csv': 'FOLDER/in.csv'},
    'steps': [{'with_columns': {'twice': 'delay * 2'}}, {'rename': {'carrier': 'airline'}}, {'unique': ['airline']},
              {'sort': {'column': 'airline', 'descending': true}}, {'select': ['airline', 'twice / 4 AS half']}],
    'sinks': [{'table': 't'}]})");
  EXPECT_EQ(answer["sinks"][0]["rows"], Json::parse(R"([["UA", -0.5], ["AA", 2.5]])"));
}

TEST_F(JobTest, SaysWhereAFaultIs) {
  const auto expect = [&](const std::string& text, const std::string& part) {
    EXPECT_NE(failure(text).find(part), std::string::npos) << text << "\n" << failure(text);
  };
  const std::string source = "{'source': {'csv': 'FOLDER/in.csv'}, ";
  const std::string sinks = "'sinks': [{'table': 't'}]}";
  expect("{'sinks': []}", "InvalidArgument: /: the key \"source\" is missing");
  expect("{'sorce': {}}", "InvalidArgument: /sorce: unknown key \"sorce\"; did you mean \"source\"?");
  expect(source + "'steps': [{'filtr': 'a'}], " + sinks,
         "/steps/0/filtr: unknown key \"filtr\"; did you mean \"filter\"?");
  expect(source + "'steps': [{}], " + sinks, "/steps/0: a step has one of");
  expect(source + "'steps': [{'head': 1, 'filter': 'a'}], " + sinks, "found 2 of them");
  expect(source + "'steps': [{'filter': 'dely > 0'}], " + sinks,
         "NotFound: /steps/0/filter: line 1, column 1: unknown column \"dely\"; did you mean \"delay\"?");
  expect(source + "'steps': [{'filter': 'delay >'}], " + sinks,
         "ParseError: /steps/0/filter: line 1, column 8: syntax error");
  expect(source + "'steps': [{'filter': 'delay'}], " + sinks, "TypeError: /steps/0/filter");
  expect(source + "'steps': [{'head': -1}], " + sinks, "/steps/0/head: a whole number of at least 0");
  expect(source + "'steps': [{'head': 1, 'name': 'a'}, {'head': 1, 'name': 'a'}], " + sinks,
         "/steps/1/name: the name \"a\" is taken");
  expect(source + "'sinks': []}", "/sinks: at least one sink is expected");
  expect(source + "'sinks': [{'after': 'x', 'table': 't'}]}",
         "/sinks/0/after: no step is named \"x\"; there are \"source\"");
  expect(source + "'sinks': [{'after': 1, 'table': 't'}]}", "/sinks/0/after: a whole number from 0 to 0");
  expect(source + "'sinks': [{'table': 't'}, {'table': 't'}]}", "/sinks/1: another sink goes to \"t\", too");
  expect(source + "'sinks': [{'parquet': {'directory': 'FOLDER/o', 'partition_on': 'orign'}}]}",
         "NotFound: /sinks/0/parquet/partition_on");
  expect(source + "'sinks': [{'parquet': {'directory': 'FOLDER/o', 'compression': 'zip'}}]}",
         "\"snappy\", \"zstd\", \"lz4\", \"gzip\", \"brotli\" or \"none\" is expected");
  expect("{'source': {'csv': 'FOLDER/none*.csv'}, " + sinks, "IoError: /source/csv");
  expect("{'source': {'csv': 'FOLDER/in.csv', 'dtypes': {'delay': 'integr'}}, " + sinks,
         "InvalidArgument: /source/dtypes/delay");
  expect(source + "'settings': {'memory_limit': '1 MiB'}, " + sinks,
         "InvalidArgument: memory_limit of at least");
}

TEST_F(JobTest, LeavesNoFileIfAnotherSinkFails) {
  fs::create_directories(path("out"));
  EXPECT_NE(
      failure(
          R"({'source': {'csv': 'FOLDER/in.csv'}, 'sinks': [{'csv': {'file': 'FOLDER/a.csv'}}, {'parquet': {'directory': 'FOLDER/out'}}]})")
          .find("IoError"),
      std::string::npos);
  EXPECT_FALSE(fs::exists(path("a.csv")));
}

TEST_F(JobTest, PublishesAllSinksOrNone) {
  fs::create_directories(path("old"));
  std::ofstream(path("old/part-00000.csv")) << "former";
  std::ofstream(path("old.csv")) << "former";
  const Job planned = job(R"({'source': {'csv': 'FOLDER/in.csv'}, 'sinks': [
    {'parquet': {'directory': 'FOLDER/new'}},
    {'parquet': {'directory': 'FOLDER/old', 'mode': 'overwrite'}},
    {'csv': {'file': 'FOLDER/new.csv'}},
    {'csv': {'file': 'FOLDER/old.csv', 'mode': 'overwrite'}},
    {'json': {'file': 'FOLDER/last.json'}}]})");
  // The last of them finds its name taken when all others are in place.
  const auto take_name = [&](const treadle::Run&) { std::ofstream(path("last.json")) << "theirs"; };
  EXPECT_THROW(planned.run({}, take_name), IoError);
  EXPECT_EQ(content("old/part-00000.csv"), "former");
  EXPECT_EQ(content("old.csv"), "former");
  EXPECT_EQ(content("last.json"), "theirs");
  const auto names = [&] {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename().string());
    return found;
  };
  EXPECT_EQ(names(), (std::set<std::string>{"in.csv", "last.json", "old", "old.csv"}));

  fs::remove(path("last.json"));
  planned.run();
  EXPECT_EQ(names(), (std::set<std::string>{"in.csv", "last.json", "new", "new.csv", "old", "old.csv"}));
  EXPECT_TRUE(content("old.csv").starts_with("carrier,"));
  EXPECT_FALSE(fs::exists(path("old/part-00000.csv")));
}

TEST_F(JobTest, GivesTheSameAnswerOnEveryEngine) {
  const std::string text = R"({'source': {'csv': 'FOLDER/in.csv', 'partition_bytes': 16},
    'steps': [{'group_by': ['origin'], 'agg': ['avg(delay) AS m', 'sum(delay) AS s']}], 'sinks': [{'table': 't'}]})";
  const Json first = answer(text)["sinks"];
  for (const unsigned threads : {1U, 2U, 8U}) {
    RunSettings settings;
    settings.threads = threads;
    EXPECT_EQ(Json::parse(job(text).run(settings).to_json())["sinks"], first);
  }
  RunSettings settings;
  settings.synchronous = true;
  EXPECT_EQ(Json::parse(job(text).run(settings).to_json())["sinks"], first);
}

}  // namespace
}  // namespace treadle

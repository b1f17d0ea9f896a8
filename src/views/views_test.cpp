#include "treadle/views.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace treadle {
namespace {

TaskEvent task(std::uint32_t kind, std::uint16_t worker, std::int64_t begin, std::int64_t finish) {
  TaskEvent event;
  event.kind = kind;
  event.worker = worker;
  event.ready = begin - 100;
  event.begin = begin;
  event.finish = finish;
  event.bytes = 10;
  return event;
}

Recording small() {
  Recording recording;
  recording.info = {"a </script> title", 2, 0};
  recording.kinds = {"scan", "merge", "never"};
  recording.tasks = {task(0, 0, 1000, 5000), task(0, 1, 1000, 4000), task(1, 0, 6000, 16000)};
  ResourceSample sample;
  sample.time = 8000;
  sample.resident_bytes = 1 << 20;
  recording.samples = {sample};
  recording.outcome = "finished";
  return recording;
}

// The data of a page, as its script sees it.
nlohmann::json data_of(const std::string& page) {
  const std::string begin = "const data = ";
  const auto from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find(";\n", from) - from));
}

TEST(Profile, AddsUpByKindTheDearestFirst) {
  const auto kinds = profile(small());
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[0].kind, "merge");
  EXPECT_EQ(kinds[1].count, 2u);
  EXPECT_EQ(kinds[1].run, 7000);
  EXPECT_EQ(kinds[1].longest, 4000);
  EXPECT_EQ(kinds[1].wait, 200);
  EXPECT_EQ(kinds[1].bytes, 20u);
}

TEST(Profile, PrintsALineAKind) {
  const std::string table = profile_table(small());
  EXPECT_EQ(std::ranges::count(table, '\n'), 3);
  EXPECT_LT(table.find("merge"), table.find("scan"));
}

TEST(ChromeTrace, IsJsonWithOneCompleteEventATask) {
  const auto trace = nlohmann::json::parse(chrome_trace(small()));
  std::size_t complete = 0;
  for (const auto& event : trace["traceEvents"]) complete += event["ph"] == "X" ? 1 : 0;
  EXPECT_EQ(complete, 3u);
  EXPECT_EQ(trace["traceEvents"][1]["args"]["name"], "thread 0");
  EXPECT_EQ(trace["traceEvents"][3]["name"], "scan");
  EXPECT_EQ(trace["traceEvents"][3]["dur"], 4.0);
  EXPECT_EQ(trace["traceEvents"][3]["args"]["end"], "finished");
}

TEST(ChromeTrace, ShowsMemoryAndProcessorsOverTime) {
  Recording recording = small();
  ResourceSample second = recording.samples[0];
  second.time += 1000;
  second.cpu_nanoseconds += 1500;
  second.resident_bytes = 2 << 20;
  recording.samples.push_back(second);
  std::vector<std::int64_t> memory;
  double busy = 0;
  const auto trace = nlohmann::json::parse(chrome_trace(recording));
  for (const auto& event : trace["traceEvents"]) {
    if (event["name"] == "memory") memory.push_back(event["args"]["resident"]);
    if (event["name"] == "processors") busy = event["args"]["busy"];
  }
  EXPECT_EQ(memory, (std::vector<std::int64_t>{1 << 20, 2 << 20}));
  EXPECT_EQ(busy, 1.5);
}

TEST(Profile, IsJsonToo) {
  const auto all = nlohmann::json::parse(profile_json(small()));
  EXPECT_EQ(all["title"], "a </script> title");
  EXPECT_EQ(all["outcome"], "finished");
  EXPECT_EQ(all["threads"], 2);
  EXPECT_DOUBLE_EQ(all["seconds"].get<double>(), 16e-6);
  ASSERT_EQ(all["kinds"].size(), 2u);
  EXPECT_EQ(all["kinds"][1]["tasks"], 2);
  EXPECT_DOUBLE_EQ(all["kinds"][1]["seconds"].get<double>(), 7e-6);
}

TEST(Profile, TheSummarySaysHowTheRunEnded) {
  EXPECT_NE(recording_summary(small()).find("3 tasks on 2 threads"), std::string::npos);
  EXPECT_NE(recording_summary(Recording()).find("still running, or killed"), std::string::npos);
}

TEST(HtmlReport, HoldsTheDataAndLinksToNothing) {
  const std::string page = html_report(small());
  const auto data = data_of(page);
  EXPECT_EQ(data["tasks"].size(), 3u);
  EXPECT_EQ(data["title"], "a </script> title");
  EXPECT_EQ(page.find("http"), std::string::npos);
  const auto script = page.find("<script>");
  EXPECT_GT(page.find("</script>", script), page.find("addEventListener"));
}

TEST(HtmlReport, ManyTasksBecomeColumns) {
  Recording recording = small();
  recording.tasks.clear();
  for (std::int64_t i = 0; i < 100'000; ++i) {
    recording.tasks.push_back(task(i % 2 == 0 ? 0 : 1, 0, 1000 * i, 1000 * i + (i % 2 == 0 ? 900 : 100)));
  }
  const auto data = data_of(html_report(recording));
  EXPECT_TRUE(data["by_column"]);
  EXPECT_LE(data["tasks"].size(), 2001u);
  EXPECT_EQ(data["tasks"][5][1], 0);
}

TEST(HtmlReport, AnEmptyRecordingIsAPageToo) {
  EXPECT_NE(html_report(Recording()).find("still running"), std::string::npos);
}

}  // namespace
}  // namespace treadle

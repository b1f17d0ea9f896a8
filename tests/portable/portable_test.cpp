// Registered calls in another process: a graph goes there as a file, its results come back as one.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "portable/tasks.h"
#include "treadle/delayed.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/graph.h"

namespace treadle::portable {
namespace {

int only_here(int x) { return x; }
TREADLE_TASK(only_here);

class PortableTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "treadle_portable_" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const char* name) const { return folder_ + "/" + name; }

  // Runs the worker on the saved graph; its exit code. What it prints goes to printed_.
  int run_worker() {
    const std::string command =
        std::string(TREADLE_PORTABLE_WORKER) + " '" + file("graph") + "' '" + file("results") + "' 2>&1";
    FILE* output = ::popen(command.c_str(), "r");
    std::array<char, 4096> text{};
    printed_.clear();
    while (std::fgets(text.data(), text.size(), output) != nullptr) printed_ += text.data();
    return WEXITSTATUS(::pclose(output));
  }
  std::vector<Value> results() const {
    return make_synchronous_engine()->submit(graph::load(file("results"))).outputs();
  }

  std::string folder_;
  std::string printed_;
};

TEST_F(PortableTest, AGraphOfRegisteredCallsRunsInAnotherProcess) {
  const std::vector<std::string> texts{"to be or not to be", "to see or not to see", "be"};
  std::vector<Delayed<Counts>> parts;
  for (const std::string& text : texts) parts.push_back(delayed(count_words)(text));
  const auto counts = delayed(merge)(parts);
  const auto words = delayed(most_frequent)(counts, 3);
  const auto to = delayed(count_of)(counts, "to");
  const std::vector<DelayedNodePtr> nodes{words.node(), to.node()};
  graph::save(delayed_graph(nodes), file("graph"));
  ASSERT_EQ(run_worker(), 0) << printed_;

  const auto [expected_words, expected_to] = compute(words, to);
  ASSERT_EQ(results().size(), 2u);
  EXPECT_EQ((results()[0].get<std::vector<std::pair<std::string, std::int64_t>>>()), expected_words);
  EXPECT_EQ(results()[1].get<std::int64_t>(), expected_to);
  EXPECT_EQ(expected_to, 4);
}

TEST_F(PortableTest, LargeConstantsGoThereWithTheIdentityTheyHad) {
  std::vector<double> items(400'000);
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = static_cast<double>(i) / 3;
  const auto shared = delayed_value(items);
  const std::vector<DelayedNodePtr> nodes{delayed(mean)(items).node(), delayed(mean)(shared).node()};
  const TaskGraph graph = delayed_graph(nodes);
  graph::save(graph, file("graph"));
  const TaskGraph read = graph::load(file("graph"));
  for (TaskId id = 0; id < graph.num_tasks(); ++id) EXPECT_EQ(read.key(id), graph.key(id));
  ASSERT_EQ(run_worker(), 0) << printed_;
  EXPECT_EQ(results()[0].get<double>(), mean(items));
  EXPECT_EQ(results()[1].get<double>(), mean(items));
}

TEST_F(PortableTest, AConstantBesideDelayedValuesIsWrittenByItself) {
  const std::vector<Delayed<double>> items{delayed_value(1.0), delayed(mean)(std::vector<double>{2, 4})};
  graph::save(delayed(mean)(items).graph(), file("graph"));
  ASSERT_EQ(run_worker(), 0) << printed_;
  EXPECT_EQ(results()[0].get<double>(), 2);
}

TEST_F(PortableTest, FusedCallsGoThereWithTheKeysOfTheirLastSteps) {
  const auto counts = delayed(merge)(std::vector{delayed(count_words)("a b a"), delayed(count_words)("b a")});
  const auto count = delayed(count_of)(delayed(merge)(std::vector{counts}), "a");
  const TaskGraph plain = count.graph();
  const TaskGraph fused = graph::fuse(graph::cull(count.graph()));
  ASSERT_LT(fused.num_tasks(), plain.num_tasks());
  graph::save(fused, file("graph"));
  const TaskGraph read = graph::load(file("graph"));
  ASSERT_EQ(read.num_tasks(), fused.num_tasks());
  for (TaskId id = 0; id < read.num_tasks(); ++id) EXPECT_EQ(read.key(id), fused.key(id));
  EXPECT_EQ(read.key(read.outputs()[0].task), plain.key(plain.outputs()[0].task));
  ASSERT_EQ(run_worker(), 0) << printed_;
  EXPECT_EQ(results()[0].get<std::int64_t>(), 3);
}

TEST_F(PortableTest, FusedCallsThatAreNotRegisteredAreNotWritten) {
  const auto here = delayed([](int x) { return x; })(delayed(only_here)(1));
  EXPECT_THROW(graph::save(graph::fuse(here.graph()), file("graph")), TypeError);
}

TEST_F(PortableTest, WhatACallThrowsEndsTheOtherProcessWithItsMessage) {
  graph::save(delayed(count_of)(delayed(count_words)("a b"), "c").graph(), file("graph"));
  EXPECT_EQ(run_worker(), 1);
  EXPECT_NE(printed_.find("TaskFailed"), std::string::npos) << printed_;
  EXPECT_NE(printed_.find("count_of"), std::string::npos) << printed_;
  EXPECT_FALSE(std::filesystem::exists(file("results")));
}

TEST_F(PortableTest, AFunctionThatTheOtherProcessLacksIsNamed) {
  graph::save(delayed(only_here)(1).graph(), file("graph"));
  EXPECT_EQ(run_worker(), 1);
  EXPECT_NE(printed_.find("no function is registered as \"only_here\""), std::string::npos) << printed_;
}

TEST_F(PortableTest, WhatIsNotRegisteredIsNotWritten) {
  const auto graph = delayed([](int x) { return x; })(1).graph();
  EXPECT_THROW(graph::save(graph, file("graph")), TypeError);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_THROW(graph::save(graph, folder_ + "/missing/graph"), IoError);
}

TEST_F(PortableTest, DamagedBytesAreAnErrorNeverAResult) {
  graph::save(
      graph::fuse(delayed(merge)(std::vector{delayed(count_words)(delayed_value(std::string("a b a"))),
                                             delayed(count_words)("c")})
                      .graph()),
      file("graph"));
  std::ifstream whole(file("graph"), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(whole), {}};
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const std::string& damaged : {bytes.substr(0, at), [&] {
                                         std::string flipped = bytes;
                                         flipped[at] = static_cast<char>(~flipped[at]);
                                         return flipped;
                                       }()}) {
      std::ofstream(file("damaged"), std::ios::binary) << damaged;
      EXPECT_THROW(graph::load(file("damaged")), Error) << "at byte " << at;  // which depends on what was hit
    }
  }
}

}  // namespace
}  // namespace treadle::portable

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "report/recorder.h"
#include "treadle/error.h"
#include "treadle/events.h"

namespace treadle {
namespace {

class EventLogTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "treadle_event_log_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  void write_log() {
    report::Recorder recorder(make_event_log(path_), {"flights", 2, 1'700'000'000});
    TaskEvent event;
    event.kind = recorder.kind("scan");
    for (std::uint64_t i = 0; i < 100; ++i) {
      event.task = i;
      event.finish = static_cast<std::int64_t>(10 * i);
      recorder.add(event);
    }
    recorder.flush();
    ResourceSample sample;
    sample.resident_bytes = 1 << 20;
    recorder.add(sample);
    recorder.end("finished");
  }

  std::string path_;
};

TEST_F(EventLogTest, ComesBackAsItWasWritten) {
  write_log();
  const Recording read = read_event_log(path_);
  EXPECT_EQ(read.info.title, "flights");
  EXPECT_EQ(read.info.num_threads, 2u);
  EXPECT_EQ(read.info.started_at, 1'700'000'000);
  EXPECT_EQ(read.kinds, std::vector<std::string>{"scan"});
  ASSERT_EQ(read.tasks.size(), 100u);
  EXPECT_EQ(read.tasks[99].finish, 990);
  ASSERT_EQ(read.samples.size(), 1u);
  EXPECT_EQ(read.samples[0].resident_bytes, 1u << 20);
  EXPECT_EQ(read.outcome, "finished");
  EXPECT_FALSE(read.truncated);
}

TEST_F(EventLogTest, IsReadUpToATornTailWhereverItIsCut) {
  write_log();
  const auto size = std::filesystem::file_size(path_);
  const Recording whole = read_event_log(path_);
  for (auto cut = size; cut > 20; cut -= 7) {
    std::filesystem::resize_file(path_, cut);
    const Recording read = read_event_log(path_);
    EXPECT_LE(read.tasks.size(), whole.tasks.size());
    EXPECT_EQ(read.outcome.empty(), cut < size);
  }
}

TEST_F(EventLogTest, StopsAtADamagedRecord) {
  write_log();
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(200);
    file.put('\x7f');
  }
  const Recording read = read_event_log(path_);
  EXPECT_TRUE(read.truncated);
  EXPECT_TRUE(read.tasks.empty());
  EXPECT_EQ(read.kinds.size(), 1u);
}

TEST_F(EventLogTest, AnotherFileIsAnError) {
  std::ofstream(path_) << "carrier,delay\n";
  EXPECT_THROW(read_event_log(path_), IoError);
  EXPECT_THROW(read_event_log(path_ + ".missing"), IoError);
  EXPECT_THROW(make_event_log("/nonexistent/log"), IoError);
}

}  // namespace
}  // namespace treadle

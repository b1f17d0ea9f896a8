#include "base/machine.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

namespace treadle {
namespace {

namespace fs = std::filesystem;

class CgroupTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) / ("cgroup" + std::to_string(::getpid()));
    fs::remove_all(root_);
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << "\n";
  }
  CgroupLimits limits() const { return read_cgroup_limits(root_ / "self", root_ / "mount"); }

  fs::path root_;
};

TEST_F(CgroupTest, TakesTheTightestLimitOfVersion2) {
  put("self", "0::/a/b");
  put("mount/a/b/cpu.max", "max 100000");
  put("mount/a/cpu.max", "150000 100000");
  put("mount/a/b/memory.max", "1000000");
  put("mount/a/memory.max", "max");
  EXPECT_EQ(limits().cpus, 1.5);
  EXPECT_EQ(limits().memory, 1000000u);
}

TEST_F(CgroupTest, ReadsVersion1AlsoWhereTheGroupIsTheRoot) {
  put("self", "4:cpu,cpuacct:/docker/x\n3:memory:/docker/x");
  put("mount/cpu/cpu.cfs_quota_us", "200000");
  put("mount/cpu/cpu.cfs_period_us", "100000");
  put("mount/memory/memory.limit_in_bytes", "123456");
  EXPECT_EQ(limits().cpus, 2.0);
  EXPECT_EQ(limits().memory, 123456u);
}

TEST_F(CgroupTest, NoLimitWithoutControlGroups) {
  EXPECT_FALSE(limits().cpus);
  put("self", "0::/");
  put("mount/cpu.max", "max 100000");
  EXPECT_FALSE(limits().cpus);
  EXPECT_FALSE(limits().memory);
}

TEST(Machine, SaysPlausibleThings) {
  EXPECT_GE(usable_threads(), 1u);
  EXPECT_GE(machine_memory(), std::size_t{64} << 20);
  EXPECT_GT(resident_bytes(), 0u);
  std::vector<char> touched(32 << 20);
  for (std::size_t i = 0; i < touched.size(); i += 1024) static_cast<volatile char&>(touched[i]) = 'x';
  EXPECT_GE(peak_resident_bytes(), touched.size());
}

}  // namespace
}  // namespace treadle

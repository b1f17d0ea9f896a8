#include "memory/spill_account.h"

#include <gtest/gtest.h>

#include "memory/spill_file.h"
#include "treadle/error.h"

namespace treadle {
namespace {

std::string refusal(SpillAccount& account, const std::string& holder, std::uint64_t bytes) {
  try {
    account.take(holder, bytes, "/spills");
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

TEST(SpillAccount, RefusesBeyondTheQuotaAndNamesTheLargest) {
  SpillAccount account({10'000, 0});
  account.take("sort", 1000, "/");
  account.take("join", 5000, "/");
  account.take("join", 1000, "/");
  EXPECT_EQ(
      refusal(account, "aggregate", 4000),
      "aggregate cannot spill 3.91 KiB: 6.84 KiB of spill_quota's 9.77 KiB are in use (join holds 5.86 KiB, "
      "sort holds 1000 B); raise spill_quota, or working_memory");
  account.give("join", 6000);
  EXPECT_EQ(refusal(account, "aggregate", 4000), "");
  EXPECT_EQ(account.used(), 5000u);
}

TEST(SpillAccount, LeavesTheReserveFree) {
  DiskSpace disk{1000, 100'000};
  const auto say = [&](const std::string&) { return std::optional(disk); };
  SpillAccount account({std::nullopt, 400}, say);
  EXPECT_EQ(refusal(account, "sort", 600), "");
  EXPECT_NE(refusal(account, "sort", 601).find("1000 B are free in /spills, of which 400 B stay free"),
            std::string::npos);
  disk.free = 100;
  EXPECT_NE(refusal(account, "sort", 1), "");
  SpillAccount usual({}, say);  // a twentieth
  disk.free = 5000;
  EXPECT_NE(refusal(usual, "sort", 1), "");
  disk.free = 5001;
  EXPECT_EQ(refusal(usual, "sort", 1), "");
}

TEST(SpillAccount, ADiskThatSaysNothingIsNotAsked) {
  SpillAccount account({}, [](const std::string&) { return std::optional<DiskSpace>(); });
  EXPECT_EQ(refusal(account, "sort", UINT64_MAX / 2), "");
  EXPECT_FALSE(disk_space("/no/such/folder").has_value());
}

TEST(SpillAccount, FilesEnterWhatTheyStoreUntilItGoes) {
  const auto account = std::make_shared<SpillAccount>(SpillAccount::Limits{2 << 20, 0});
  {
    SpillFile file(testing::TempDir(), account, "test");
    const std::string text(1'000'000, 'x');  // compresses well: what counts is what is stored
    const SpillBlock first = file.append(text.data(), text.size());
    file.append(text.data(), text.size());
    EXPECT_EQ(account->used(), file.bytes_written());
    EXPECT_LT(account->used(), 100'000u);
    file.discard(first);
    EXPECT_EQ(account->used(), file.bytes_written() - first.stored);
    EXPECT_THROW(file.append(std::string(4 << 20, 'y').data(), 4 << 20), IoError);
    EXPECT_EQ(account->used(), file.bytes_written() - first.stored);
  }
  EXPECT_EQ(account->used(), 0u);
}

}  // namespace
}  // namespace treadle

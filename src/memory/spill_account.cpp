#include "memory/spill_account.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/byte_size.h"
#include "treadle/error.h"

namespace treadle {
namespace {

constexpr std::uint64_t kMostReserve = std::uint64_t{1} << 30;
constexpr std::uint64_t kShareReserved = 20;  // one part in this many
constexpr std::size_t kNamedHolders = 3;

}  // namespace

std::optional<DiskSpace> disk_space(const std::string& folder) {
  struct statvfs found{};
  if (::statvfs(folder.c_str(), &found) != 0) return std::nullopt;
  return DiskSpace{std::uint64_t{found.f_bavail} * found.f_frsize,
                   std::uint64_t{found.f_blocks} * found.f_frsize};
}

SpillAccount::SpillAccount(Limits limits, Disk disk) : limits_(limits), disk_(std::move(disk)) {}

bool SpillAccount::take(std::string_view holder, std::uint64_t bytes, const std::string& folder) {
  const auto disk = disk_(folder);
  const std::lock_guard lock(mutex_);
  std::uint64_t room = limits_.quota ? *limits_.quota - std::min(*limits_.quota, used_) : UINT64_MAX;
  const std::string wanted = std::string(holder) + " cannot spill " + format_byte_size(bytes) + ": ";
  if (limits_.quota && bytes > room) {
    throw IoError(wanted + format_byte_size(used_) + " of spill_quota's " + format_byte_size(*limits_.quota) +
                  " are in use" + describe_holders() + "; raise spill_quota, or working_memory");
  }
  if (disk) {
    const std::uint64_t reserve =
        limits_.reserve.value_or(std::min(kMostReserve, disk->total / kShareReserved));
    if (disk->free < reserve || bytes > disk->free - reserve) {
      throw IoError(wanted + format_byte_size(disk->free) + " are free in " + folder + ", of which " +
                    format_byte_size(reserve) + " stay free (spill_reserve)" + describe_holders() +
                    "; free the disk, or set spill_directory to one with more room");
    }
    room = std::min(room, disk->free - reserve);
  }
  used_ += bytes;
  const auto entry = holders_.find(holder);
  (entry != holders_.end() ? entry->second : holders_[std::string(holder)]) += bytes;
  return room - bytes >= used_;
}

void SpillAccount::give(std::string_view holder, std::uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  if (const auto entry = holders_.find(holder); entry != holders_.end()) entry->second -= bytes;
}

std::uint64_t SpillAccount::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

std::string SpillAccount::largest_holders() const {
  const std::lock_guard lock(mutex_);
  return describe_holders();
}

std::string SpillAccount::describe_holders() const {
  std::vector<std::pair<std::uint64_t, std::string>> holders;
  for (const auto& [name, bytes] : holders_) {
    if (bytes != 0) holders.emplace_back(bytes, name);
  }
  std::ranges::sort(holders, std::greater());
  std::string text;
  for (std::size_t i = 0; i < std::min(holders.size(), kNamedHolders); ++i) {
    text.append(i == 0 ? " (" : ", ");
    text.append(holders[i].second).append(" holds ").append(format_byte_size(holders[i].first));
  }
  if (!text.empty()) text.push_back(')');
  return text;
}

}  // namespace treadle

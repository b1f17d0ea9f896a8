#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace treadle {

/// What a file system has free and in all.
struct DiskSpace {
  std::uint64_t free = 0;
  std::uint64_t total = 0;
};
/// Of the file system that holds `folder`; nothing if it does not say.
std::optional<DiskSpace> disk_space(const std::string& folder);

/// Who holds how much of the disk space that one run may fill. Thread-safe.
class SpillAccount {
 public:
  struct Limits {
    /// Bytes that all spill files together may hold; unset: what the disk has.
    std::optional<std::uint64_t> quota;
    /// Bytes of each file system that stay free; unset: a twentieth of it, at most 1 GiB.
    std::optional<std::uint64_t> reserve;
  };
  /// Asked before each write; a parameter for the tests.
  using Disk = std::function<std::optional<DiskSpace>(const std::string& folder)>;

  explicit SpillAccount(Limits limits, Disk disk = disk_space);

  /// Enters `bytes` that `holder` is about to write below `folder`. Whether there is plenty: at least as much
  /// could be entered again as is in use. Throws IoError that names the limit, the largest holders and the
  /// setting.
  bool take(std::string_view holder, std::uint64_t bytes, const std::string& folder);
  void give(std::string_view holder, std::uint64_t bytes) noexcept;
  std::uint64_t used() const;
  /// " (NAME holds N MiB, ...)", the largest first; empty if nobody holds anything. For messages.
  std::string largest_holders() const;

 private:
  std::string describe_holders() const;

  const Limits limits_;
  const Disk disk_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> holders_;
  std::uint64_t used_ = 0;
};

}  // namespace treadle

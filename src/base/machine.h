#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

namespace treadle {

/// Threads that this process can keep busy: its CPU affinity and the container's quota (cgroup v1 and v2,
/// rounded up), at least 1.
unsigned usable_threads();

/// Memory that this process may use: the machine's, or less if a container limits it.
std::size_t machine_memory();

/// Resident bytes of this process now; 0 where the system does not say.
std::size_t resident_bytes();

/// The largest resident_bytes() of this process so far; 0 where the system does not say.
std::size_t peak_resident_bytes();

/// What control groups allow a process; unset: no limit.
struct CgroupLimits {
  std::optional<double> cpus;
  std::optional<std::size_t> memory;
};

/// The tightest limits from the process's group up to the root of the mounted hierarchy.
/// `membership` is /proc/self/cgroup, `mount` /sys/fs/cgroup; parameters for the tests.
CgroupLimits read_cgroup_limits(const std::filesystem::path& membership, const std::filesystem::path& mount);

}  // namespace treadle

#include "base/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace treadle {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

template <class T>
std::optional<T> number_in(const fs::path& path) {
  const auto line = first_line(path);
  if (!line) return std::nullopt;
  T value{};
  std::istringstream text(*line);
  if (!(text >> value)) return std::nullopt;  // "max"
  return value;
}

template <class T>
void tighten(std::optional<T>& limit, std::optional<T> found) {
  if (found && (!limit || *found < *limit)) limit = found;
}

std::optional<double> cpus_v2(const fs::path& folder) {
  const auto line = first_line(folder / "cpu.max");
  double quota = 0, period = 0;
  std::istringstream text(line.value_or(""));
  if (!(text >> quota >> period) || period <= 0) return std::nullopt;
  return quota / period;
}

std::optional<double> cpus_v1(const fs::path& folder) {
  const auto quota = number_in<double>(folder / "cpu.cfs_quota_us");
  const auto period = number_in<double>(folder / "cpu.cfs_period_us");
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

// Every folder from the group up to the root of its hierarchy. The group's path may not exist below our
// mount: a container sees its own group as the root.
std::vector<fs::path> ancestry(const fs::path& root, const std::string& group) {
  std::vector<fs::path> folders{root};
  fs::path folder = root;
  for (const fs::path& part : fs::path(group).relative_path()) {
    folder /= part;
    folders.push_back(folder);
  }
  return folders;
}

bool names_controller(const std::string& list, const std::string& controller) {
  std::istringstream names(list);
  for (std::string name; std::getline(names, name, ',');) {
    if (name == controller) return true;
  }
  return false;
}

std::size_t status_kilobytes(const std::string& field) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field)) return std::stoull(line.substr(field.size())) * 1024;
  }
  return 0;
}

CgroupLimits own_limits() { return read_cgroup_limits("/proc/self/cgroup", "/sys/fs/cgroup"); }

}  // namespace

CgroupLimits read_cgroup_limits(const fs::path& membership, const fs::path& mount) {
  CgroupLimits limits;
  std::ifstream file(membership);
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {
      for (const fs::path& folder : ancestry(mount, group)) {
        tighten(limits.cpus, cpus_v2(folder));
        tighten(limits.memory, number_in<std::size_t>(folder / "memory.max"));
      }
    }
    if (names_controller(controllers, "cpu")) {
      for (const fs::path& folder : ancestry(mount / "cpu", group)) tighten(limits.cpus, cpus_v1(folder));
    }
    if (names_controller(controllers, "memory")) {
      for (const fs::path& folder : ancestry(mount / "memory", group)) {
        tighten(limits.memory, number_in<std::size_t>(folder / "memory.limit_in_bytes"));
      }
    }
  }
  return limits;
}

unsigned usable_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const bool known = sched_getaffinity(0, sizeof set, &set) == 0;
  const long online = known ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
  double threads = static_cast<double>(std::max(online, 1L));
  if (const auto quota = own_limits().cpus) threads = std::min(threads, std::ceil(*quota));
  return static_cast<unsigned>(std::max(threads, 1.0));
}

std::size_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  std::size_t memory = std::numeric_limits<std::size_t>::max();
  if (pages > 0 && page > 0) memory = static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
  return std::min(memory, own_limits().memory.value_or(memory));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t peak_resident_bytes() { return status_kilobytes("VmHWM:"); }

}  // namespace treadle

// How fast bytes go to a spill file and come back, against plain write() and read() of the same bytes to the
// same disk in the same run. Each side in turn, several rounds; the files are forced to the disk (fdatasync)
// and dropped from the page cache before they are read, so that both wait for the same device. The disk is
// kept busy from the first block on, as the kernel does by itself once vm.dirty_background_ratio of the
// memory waits to be written: what is spilled for long goes at that pace.
//
//     spill [--benchmark_filter=numbers]     SPILL_BENCH_FOLDER: where; default the current folder
//
// Counters: disk_mb_s and spill_mb_s (bytes of values a second), ratio = spill / disk; the same for the way
// back.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "memory/block.h"
#include "memory/spill_file.h"

namespace treadle::bench {
namespace {

constexpr std::size_t kBlock = std::size_t{8} << 20;
constexpr std::size_t kBlocks = 32;

// In memory as the buffers of values are: whole pages of it.
using Bytes = std::vector<std::uint64_t, BlockAllocator<std::uint64_t>>;

// Nothing in them repeats: LZ4 cannot help.
Bytes noise() {
  Bytes bytes(kBlock / sizeof(std::uint64_t));
  std::mt19937_64 random(1);
  for (auto& word : bytes) word = random();
  return bytes;
}

// Like a column of small numbers, as partials and sorted runs have them.
Bytes numbers() {
  Bytes bytes(kBlock / sizeof(std::uint64_t));
  std::mt19937_64 random(2);
  for (auto& word : bytes) word = random() % 100'000;
  return bytes;
}

std::string folder() {
  const char* named = std::getenv("SPILL_BENCH_FOLDER");
  return named != nullptr ? named : std::filesystem::current_path().string();
}

void expect(bool worked, const char* what) {
  if (!worked) throw std::runtime_error(what);
}

// To the device, and out of the page cache.
void settle(int file) {
  expect(::fdatasync(file) == 0, "fdatasync");
  expect(::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) == 0, "posix_fadvise");
}

template <class Work>
double seconds(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Lets the disk begin with what was written, without waiting for it.
void begin_to_settle(int file) {
  expect(::sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE) == 0, "sync_file_range");
}

struct Times {
  double out = 0;
  double back = 0;
};

Times plain(const Bytes& bytes) {
  std::string name = folder() + "/spill-bench-XXXXXX";
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  expect(file >= 0, "mkostemp");
  ::unlink(name.c_str());
  Bytes read(bytes.size());
  Times times;
  times.out = seconds([&] {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      expect(::pwrite(file, bytes.data(), kBlock, static_cast<off_t>(i * kBlock)) == ssize_t{kBlock},
             "pwrite");
      begin_to_settle(file);
    }
    settle(file);
  });
  times.back = seconds([&] {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      expect(::pread(file, read.data(), kBlock, static_cast<off_t>(i * kBlock)) == ssize_t{kBlock}, "pread");
    }
  });
  ::close(file);
  expect(read == bytes, "other bytes came back");
  return times;
}

Times spilled(const Bytes& bytes) {
  SpillFile file(folder());
  std::vector<SpillBlock> blocks;
  Bytes read(bytes.size());
  Times times;
  times.out = seconds([&] {
    for (std::size_t i = 0; i < kBlocks; ++i) {
      blocks.push_back(file.append(bytes.data(), kBlock));
      begin_to_settle(file.file_descriptor());
    }
    settle(file.file_descriptor());
  });
  times.back = seconds([&] {
    for (const SpillBlock& block : blocks) file.read(block, read.data());
  });
  expect(read == bytes, "other bytes came back");
  return times;
}

// Of several rounds: whatever else the machine does only adds.
double least(const std::vector<double>& values) { return *std::ranges::min_element(values); }

void spill_and_return(benchmark::State& state, const Bytes& bytes) {
  std::vector<double> disk_out, disk_back, spill_out, spill_back;
  for (auto _ : state) {
    const Times disk = plain(bytes), spill = spilled(bytes);
    disk_out.push_back(disk.out);
    disk_back.push_back(disk.back);
    spill_out.push_back(spill.out);
    spill_back.push_back(spill.back);
  }
  constexpr double kMegabytes = static_cast<double>(kBlock * kBlocks) * 1e-6;
  state.counters["out_disk_mb_s"] = kMegabytes / least(disk_out);
  state.counters["out_spill_mb_s"] = kMegabytes / least(spill_out);
  state.counters["out_ratio"] = least(disk_out) / least(spill_out);
  state.counters["back_disk_mb_s"] = kMegabytes / least(disk_back);
  state.counters["back_spill_mb_s"] = kMegabytes / least(spill_back);
  state.counters["back_ratio"] = least(disk_back) / least(spill_back);
}

BENCHMARK_CAPTURE(spill_and_return, noise, noise())
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(8);
BENCHMARK_CAPTURE(spill_and_return, numbers, numbers())
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Iterations(8);

}  // namespace
}  // namespace treadle::bench

BENCHMARK_MAIN();

#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

// What the programs of this folder share: one case, several times, as one line of JSON.
//
//     graph_treadle tree 5     {"tasks": 199999, "answer": 4999950000, "build_ns": ..., "run_ns": ...,
//     "cpu_ns": ...}
namespace treadle::bench {

/// What one repetition came to.
struct Repetition {
  std::int64_t tasks = 0;
  std::int64_t answer = 0;
  std::chrono::steady_clock::time_point begin, built, done;
  double cpu_seconds = 0;
};

/// Of the process, all threads.
inline double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Runs `once(case)` as often as the command line says, the first time for warmth only, and prints the
/// medians a task. `once` fills in everything but the processor time; its graph has died when it returns.
template <class Once>
int report_case(int argc, char** argv, Once&& once) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s tree|chain|layers REPETITIONS\n", argv[0]);
    return 2;
  }
  std::vector<double> build, run, cpu;
  Repetition last;
  for (int i = 0; i <= std::atoi(argv[2]); ++i) {
    const double before = cpu_seconds();
    last = once(std::string_view(argv[1]));
    last.cpu_seconds = cpu_seconds() - before;
    if (i == 0) continue;
    const auto per_task = [&](double seconds) { return seconds * 1e9 / static_cast<double>(last.tasks); };
    build.push_back(per_task(std::chrono::duration<double>(last.built - last.begin).count()));
    run.push_back(per_task(std::chrono::duration<double>(last.done - last.built).count()));
    cpu.push_back(per_task(last.cpu_seconds));
  }
  const auto median = [](std::vector<double>& values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  std::printf("{\"tasks\": %lld, \"answer\": %lld, \"build_ns\": %.1f, \"run_ns\": %.1f, \"cpu_ns\": %.1f}\n",
              static_cast<long long>(last.tasks), static_cast<long long>(last.answer), median(build),
              median(run), median(cpu));
  return 0;
}

}  // namespace treadle::bench

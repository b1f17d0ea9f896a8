// A program that ends while its tasks run; how it should is in exit_test.cpp.
//
//     leaves HOW FOLDER     files that its run makes go into FOLDER
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string_view>
#include <thread>
#include <vector>

#include "treadle/client.h"
#include "treadle/delayed.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/operation.h"
#include "treadle/task_graph.h"

namespace {

using namespace treadle;
using namespace std::chrono_literals;

std::atomic<bool> begun{false};

void wait_until_begun() {
  while (!begun) std::this_thread::yield();
}

// Made by the first task, so destroyed among the first when the program ends.
struct Numbers {
  Numbers() : all(1000, 1) {}
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  ~Numbers() { gone = true; }
  std::vector<int> all;
  static inline std::atomic<bool> gone{false};
};

int work_for_a_while(int number) {
  if (Numbers::gone) std::puts("a task runs among the ruins of the program");
  static const Numbers numbers;
  begun = true;
  for (int i = 0; i < 50; ++i) number += std::accumulate(numbers.all.begin(), numbers.all.end(), 0);
  return number;
}

int sleep_for_ever(int) {
  begun = true;
  for (;;) std::this_thread::sleep_for(1h);
}

int leave_the_program(int status) { std::exit(status); }

// Looks whether it should stop, as long work does, and holds a folder for spill files meanwhile.
class Polls final : public Operation {
 public:
  std::string_view name() const override { return "polls"; }
  Outcome run(std::span<const Value>, TaskContext& context) const override {
    context.spill_directory();
    for (begun = true;;) context.check_stopped();
  }
};

void compute(const ComputeOptions& options) {
  std::vector<Delayed<int>> calls;
  for (int i = 0; i < 100'000; ++i) calls.push_back(delayed(work_for_a_while)(i));
  try {
    treadle::compute(calls, options);
  } catch (const Error&) {
    for (;;) std::this_thread::sleep_for(1h);  // the program ends around this thread
  }
}

int leave(std::string_view how, const ComputeOptions& options) {
  if (how == "polling") {
    static const auto engine = make_threaded_engine();
    TaskGraph graph;
    graph.add(std::make_shared<const Polls>());
    static const Run run = engine->submit(std::move(graph), options.run);
  } else if (how == "computing") {
    std::thread(compute, options).detach();
  } else if (how == "stuck") {
    Client client(options);
    const Future<int> future = client.submit(sleep_for_ever, 1);
    wait_until_begun();
  } else if (how == "kept") {
    static Client client(options);
    static const Future<int> future = client.submit(sleep_for_ever, 1);
  } else if (how == "inside") {
    return delayed(leave_the_program)(5).compute(options);
  } else {
    return 2;
  }
  wait_until_begun();
  return 5;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  ComputeOptions options;
  options.run.spill_directory = argv[2];
  return leave(argv[1], options);
}

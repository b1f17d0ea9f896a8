#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "treadle/engine.h"

namespace treadle::conformance {

/// An engine, and how the suite is to use it.
struct EngineUnderTest {
  std::string name;  ///< letters and digits: part of the tests' names
  std::function<std::shared_ptr<Engine>()> make;
  unsigned num_threads = 0;  ///< RunOptions::num_threads
  /// Whether its tasks run in this process, so that they may be any operation and share memory with the test.
  /// The others are tested with portable operations alone.
  bool in_process = true;
  /// How many tasks run at once, at least.
  unsigned at_once = 1;
};

/// How a failing test names it.
inline void PrintTo(const EngineUnderTest& engine, std::ostream* out) { *out << engine.name; }

/// Given by the program that links the suite.
std::vector<EngineUnderTest> engines_under_test();

}  // namespace treadle::conformance

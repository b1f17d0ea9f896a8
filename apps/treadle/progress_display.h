#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>

#include "command_line.h"
#include "treadle/engine.h"

namespace treadle::app {

/// Shows on standard error how far a run is: a bar by bytes with rate and time left, or lines of JSON.
/// A thread of its own looks at the run some times a second. Destroying it ends the display and clears the
/// bar.
class ProgressDisplay {
 public:
  /// `total_bytes`: what the sources hold; 0 if that is not known.
  ProgressDisplay(ProgressStyle style, std::uint64_t total_bytes);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void watch(const Run& run);

 private:
  void loop();
  void draw(const Progress& progress, double seconds);
  void write_line(const Progress& progress, double seconds) const;

  ProgressStyle style_;
  std::uint64_t total_bytes_;
  bool drawn_ = false;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::optional<Run> run_;
  std::thread thread_;
};

/// "  1.2 GB": decimal units, three digits: for people.
std::string readable_bytes(double bytes);
/// "336,776"
std::string readable_count(std::uint64_t count);

}  // namespace treadle::app

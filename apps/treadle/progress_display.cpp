#include "progress_display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace treadle::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::chrono::milliseconds kLineInterval{250};
// A job that ends sooner shows no bar: a flash tells nobody anything.
constexpr double kBarAfterSeconds = 0.3;

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string readable_seconds(double seconds) {
  char text[32];
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole < 60)
    std::snprintf(text, sizeof text, "%ld s", whole);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%ld:%02ld h", whole / 3600, whole / 60 % 60);
  return text;
}

// Eighths of a cell, so that a narrow bar moves smoothly.
std::string bar_of(double fraction, int width) {
  static constexpr std::array<const char*, 8> kEighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(fraction * width * 8);
  std::string bar;
  for (int i = 0; i < width; ++i) {
    const int filled = std::clamp(eighths - i * 8, 0, 8);
    bar += filled == 8 ? "█" : kEighths[static_cast<std::size_t>(filled)];
  }
  return bar;
}

double fraction_done(const Progress& progress, std::uint64_t total_bytes) {
  const auto bytes = static_cast<double>(progress.counter(Counter::kBytesRead));
  if (total_bytes > 0) return std::min(1.0, bytes / static_cast<double>(total_bytes));
  return progress.tasks_total == 0
             ? 0
             : static_cast<double>(progress.tasks_done) / static_cast<double>(progress.tasks_total);
}

}  // namespace

std::string readable_bytes(double bytes) {
  static constexpr std::array<const char*, 6> kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit > 0 && bytes < 99.95 ? "%.1f %s" : "%.0f %s", bytes, kUnits[unit]);
  return text;
}

std::string readable_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

ProgressDisplay::ProgressDisplay(ProgressStyle style, std::uint64_t total_bytes)
    : style_(style), total_bytes_(total_bytes) {
  if (style_ == ProgressStyle::kAuto) {
    style_ = ::isatty(STDERR_FILENO) == 1 ? ProgressStyle::kBar : ProgressStyle::kNone;
  }
}

ProgressDisplay::~ProgressDisplay() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ProgressDisplay::watch(const Run& run) {
  if (style_ == ProgressStyle::kNone || thread_.joinable()) return;
  run_ = run;
  thread_ = std::thread([this] { loop(); });
}

void ProgressDisplay::loop() {
  const auto start = Clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const auto interval = style_ == ProgressStyle::kBar ? kBarInterval : kLineInterval;
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, interval, [this] { return stop_; })) {
    const Progress progress = run_->progress();
    style_ == ProgressStyle::kBar ? draw(progress, seconds()) : write_line(progress, seconds());
  }
  if (style_ == ProgressStyle::kJson) write_line(run_->progress(), seconds());
  if (drawn_) std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

// " 42 % ████▎     119 MB of 283 MB, 410 MB/s, 1 s left"
void ProgressDisplay::draw(const Progress& progress, double seconds) {
  if (seconds < kBarAfterSeconds) return;
  const auto bytes = static_cast<double>(progress.counter(Counter::kBytesRead));
  const double fraction = fraction_done(progress, total_bytes_);
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f %% ", fraction * 100);
  std::string text = readable_bytes(bytes);
  if (total_bytes_ > 0) text += " of " + readable_bytes(static_cast<double>(total_bytes_));
  text += ", " + readable_bytes(bytes / seconds) + "/s";
  if (fraction > 0.01 && fraction < 1)
    text += ", " + readable_seconds(seconds / fraction - seconds) + " left";
  const int width = terminal_width() - static_cast<int>(text.size()) - 10;
  const std::string bar = width >= 8 ? bar_of(fraction, std::min(width, 40)) + " " : "";
  std::fprintf(stderr, "\r%s%s%s\033[K", percent, bar.c_str(), text.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void ProgressDisplay::write_line(const Progress& progress, double seconds) const {
  const auto count = [&](Counter which) { return static_cast<unsigned long long>(progress.counter(which)); };
  std::fprintf(stderr,
               "{\"progress\":{\"seconds\":%.3f,\"fraction\":%.4f,\"bytes_read\":%llu,\"bytes_total\":%llu,"
               "\"rows_read\":%llu,"
               "\"rows_written\":%llu,\"bytes_written\":%llu,\"tasks_done\":%zu,\"tasks_total\":%zu,"
               "\"finished\":%s}}\n",
               seconds, progress.finished ? 1.0 : fraction_done(progress, total_bytes_),
               count(Counter::kBytesRead), static_cast<unsigned long long>(total_bytes_),
               count(Counter::kRowsRead), count(Counter::kRowsWritten), count(Counter::kBytesWritten),
               progress.tasks_done, progress.tasks_total, progress.finished ? "true" : "false");
}

}  // namespace treadle::app

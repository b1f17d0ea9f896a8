#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace treadle {

class TaskGraph;

/// How a task's turn on a thread ended.
enum class TaskEnd : std::uint8_t {
  kFinished,
  kExpanded,  ///< it answered with more graph
  kFailed,    ///< it threw; it may be tried again
  kDropped,   ///< the run was stopped meanwhile
};

/// One task's life. Times are nanoseconds since the recording began. Plain data: 48 bytes, also on disk.
struct TaskEvent {
  std::uint64_t task = 0;  ///< number of its graph in the upper half, of the task in it in the lower
  std::uint32_t kind = 0;  ///< its operation's name: a number of Recording::kinds
  std::uint16_t worker = 0;
  TaskEnd end = TaskEnd::kFinished;
  std::uint8_t reserved = 0;
  std::int64_t ready = 0;  ///< when its last input was there
  std::int64_t begin = 0;
  std::int64_t finish = 0;
  std::uint64_t bytes = 0;  ///< what it answered with
};
static_assert(sizeof(TaskEvent) == 48);

/// What the process held and had done at one moment. Plain data, as on disk.
struct ResourceSample {
  std::int64_t time = 0;  ///< nanoseconds since the recording began
  std::uint64_t resident_bytes = 0;
  std::uint64_t working_bytes = 0;  ///< of the run's budget
  std::int64_t cpu_nanoseconds = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;
  std::uint64_t bytes_spilled = 0;
  std::uint64_t tasks_done = 0;
};
static_assert(sizeof(ResourceSample) == 64);

/// What a recording is of.
struct RecordingInfo {
  std::string title;
  unsigned num_threads = 0;
  std::int64_t started_at = 0;  ///< seconds since 1970-01-01T00:00Z
};

/// A run's events, in memory.
struct Recording {
  RecordingInfo info;
  std::vector<std::string> kinds;
  std::vector<TaskEvent> tasks;  ///< in the order in which they were handed over, by worker ordered by time
  std::vector<ResourceSample> samples;
  /// How the run ended: empty while it runs, "finished", "cancelled" or the error's message.
  std::string outcome;
  /// The log ended in the middle of a record: the process was killed, or is still writing.
  bool truncated = false;
};

/// Receives a run's events in blocks, from one thread at a time. Must not call back into the run.
class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void on_begin(const RecordingInfo& info) = 0;
  /// `kind` is the next number of Recording::kinds; comes before the first event that has it.
  virtual void on_kind(std::string_view name) = 0;
  /// A graph whose tasks are about to run: the run's own, number 0, then each that a task answered with.
  virtual void on_graph(std::uint32_t number, const TaskGraph& graph) { (void)number, (void)graph; }
  virtual void on_tasks(std::span<const TaskEvent> tasks) = 0;
  virtual void on_sample(const ResourceSample& sample) = 0;
  virtual void on_end(std::string_view outcome) = 0;
};

/// Keeps a recording in memory.
class RecordingListener final : public EventListener {
 public:
  void on_begin(const RecordingInfo& info) override { recording_.info = info; }
  void on_kind(std::string_view name) override { recording_.kinds.emplace_back(name); }
  void on_tasks(std::span<const TaskEvent> tasks) override {
    recording_.tasks.insert(recording_.tasks.end(), tasks.begin(), tasks.end());
  }
  void on_sample(const ResourceSample& sample) override { recording_.samples.push_back(sample); }
  void on_end(std::string_view outcome) override { recording_.outcome = outcome; }
  /// Only while no run that it listens to is under way.
  const Recording& recording() const noexcept { return recording_; }

 private:
  Recording recording_;
};

/// Appends a recording to a file, block by block: what was written can be read while the run goes on, and
/// after the process was killed. Throws IoError if the file cannot be made; later failures end the log, not
/// the run.
std::shared_ptr<EventListener> make_event_log(const std::string& path);

/// Reads an event log. A torn tail is left out and `truncated` set. Throws IoError for a file that is no
/// event log.
Recording read_event_log(const std::string& path);

}  // namespace treadle

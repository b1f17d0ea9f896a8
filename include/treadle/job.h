#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/engine.h"
#include "treadle/table.h"

namespace treadle {

/// Where in a job's JSON a fault is: also a base of the errors that Job throws.
class JobPlace {
 public:
  explicit JobPlace(std::string pointer) : pointer_(std::move(pointer)) {}
  virtual ~JobPlace() = default;
  /// A JSON pointer (RFC 6901) such as "/steps/0/filter".
  const std::string& pointer() const noexcept { return pointer_; }

 private:
  std::string pointer_;
};

/// How jobs and queries are run, as users say it: in a job's "settings" or on the command line.
struct RunSettings {
  /// 0: all that the process may use.
  std::optional<unsigned> threads;
  /// Bytes that the process may have resident. Unset: 70 % of the container's or machine's memory.
  std::optional<std::size_t> memory_limit;
  /// Bytes for reservations and values; unset: what memory_limit leaves.
  std::optional<std::size_t> working_memory;
  std::string spill_directory;
  bool synchronous = false;
  bool optimize = true;
  /// Receives the life of every task; as RunOptions has it.
  std::shared_ptr<EventListener> listener;
  /// What a recording calls the run.
  std::string title;

  /// What is set in `other` replaces what is set here.
  void merge(const RunSettings& other);
  ComputeOptions to_compute_options() const;
};

/// What one sink of a job came to.
struct SinkResult {
  enum class Kind : std::uint8_t { kTable, kParquet, kCsv, kJson };
  Kind kind = Kind::kTable;
  /// The table's name, the directory or the file.
  std::string name;
  /// Rows of a kTable sink, the first max_rows of them.
  Table table;
  bool truncated = false;
  std::int64_t num_rows = 0;
  std::uint64_t num_bytes = 0;
  std::uint64_t num_files = 0;
};

struct JobResult {
  std::vector<SinkResult> sinks;
  Statistics statistics;

  /// One JSON object: {"status": "ok", "sinks": [...], "statistics": {...}, "warnings": [...]}.
  std::string to_json() const;
};

/// A job as JSON: a source, steps, and sinks behind any of them; docs/job-schema.json describes it, examples/
/// has some.
///
///     {"source": {"csv": "flights/*.csv"},
///      "steps": [{"filter": "dep_delay > 0", "name": "late"},
///                {"group_by": ["carrier"], "agg": {"mean_delay": "avg(arr_delay)"}}],
///      "sinks": [{"after": "late", "parquet": {"directory": "late", "partition_on": ["origin"]}},
///                {"table": "summary"}]}
///
/// All sinks are fed from one reading of the source. Unknown keys are errors that name the nearest known one.
class Job {
 public:
  /// Reads and plans a job; touches no more than a sample of its files. `file` is named in errors.
  /// Throws ParseError for what is no JSON; else errors that are also a JobPlace.
  static Job parse(std::string_view json, const std::string& file = {});

  const RunSettings& settings() const noexcept;
  /// Bytes of the source, as its files say: what progress is measured by.
  std::uint64_t input_bytes() const;
  /// The plan of every sink.
  std::string explain(const RunSettings& overrides = {}) const;
  /// Runs the job; its own settings give way to `overrides`. `on_start` is called with the run once it is
  /// under way.
  JobResult run(const RunSettings& overrides = {},
                const std::function<void(const Run&)>& on_start = {}) const;

 private:
  struct Plan;
  explicit Job(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

}  // namespace treadle

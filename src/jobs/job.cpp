#include "treadle/job.h"

#include <map>
#include <set>

#include "jobs/fault.h"
#include "jobs/input_bytes.h"
#include "jobs/json_reader.h"
#include "jobs/settings.h"
#include "jobs/sinks.h"
#include "jobs/source.h"
#include "jobs/steps.h"

// The jobs room: a job's JSON to a plan, its run, its answer as JSON.
//
//   source --> step --> step --> step         stages: the frame behind 0, 1, 2 ... steps, some with names
//                |                 |
//                +--> steps, sink  +--> sink   every sink hangs on a stage; all are run from one reading
//
//   JsonReader   a value and its JSON pointer: every fault says where in the job it is
//   Shape        the keys that an object can have; docs/job-schema.json says the same
namespace treadle {

using jobs::JsonReader;

struct Job::Plan {
  std::vector<jobs::PlannedSink> sinks;
  RunSettings settings;
};

namespace {

// The frames that sinks can hang on.
class Stages {
 public:
  explicit Stages(DataFrame source) : frames_{std::move(source)} { names_["source"] = 0; }

  void add(const JsonReader& step) {
    frames_.push_back(jobs::apply_step(frames_.back(), step));
    const auto name = step.find("name");
    if (!name) return;
    if (!names_.emplace(name->text(), frames_.size() - 1).second) {
      jobs::fail(name->pointer(), "the name \"" + name->text() + "\" is taken by an earlier step");
    }
  }

  // "after": a step's name, or how many steps are done; without it all are.
  const DataFrame& after(const JsonReader& sink) const {
    const auto after = sink.find("after");
    if (!after) return frames_.back();
    if (after->value().is_number()) {
      return frames_[static_cast<std::size_t>(
          after->whole_number(0, static_cast<std::int64_t>(frames_.size()) - 1))];
    }
    if (!after->value().is_string()) after->fail_expected("a step's name or number");
    const auto found = names_.find(after->text());
    if (found == names_.end()) fail_unknown(*after);
    return frames_[found->second];
  }

 private:
  [[noreturn]] void fail_unknown(const JsonReader& after) const {
    std::string known;
    for (const auto& [name, unused] : names_) known += (known.empty() ? "\"" : ", \"") + name + '"';
    jobs::fail(after.pointer(), "no step is named \"" + after.text() + "\"; there are " + known);
  }

  std::vector<DataFrame> frames_;
  std::map<std::string, std::size_t> names_;
};

jobs::PlannedSink plan_sink(const Stages& stages, const JsonReader& sink) {
  sink.expect("sink");
  DataFrame frame = stages.after(sink);
  if (const auto steps = sink.find("steps")) {
    for (const JsonReader& step : steps->items()) {
      if (step.has("name")) jobs::fail(step.at("name").pointer(), "the steps of a sink have no names");
      frame = jobs::apply_step(frame, step);
    }
  }
  return jobs::read_sink(frame, sink);
}

void check_targets(const std::vector<jobs::PlannedSink>& sinks) {
  std::set<std::pair<bool, std::string>> taken;
  for (const jobs::PlannedSink& sink : sinks) {
    const bool is_table = sink.kind == SinkResult::Kind::kTable;
    if (!taken.emplace(is_table, sink.name).second) {
      jobs::fail(sink.pointer, "another sink goes to \"" + sink.name + "\", too");
    }
  }
}

}  // namespace

Job Job::parse(std::string_view json, const std::string& file) {
  const jobs::Json tree = jobs::parse_json(json, file);
  const JsonReader job(tree, "");
  job.expect("job");
  auto plan = std::make_shared<Plan>();
  if (const auto settings = job.find("settings")) plan->settings = jobs::read_settings(*settings);

  Stages stages(jobs::read_source(job.at("source")));
  if (const auto steps = job.find("steps")) {
    for (const JsonReader& step : steps->items()) stages.add(step);
  }
  const JsonReader sinks = job.at("sinks");
  for (const JsonReader& sink : sinks.items()) plan->sinks.push_back(plan_sink(stages, sink));
  if (plan->sinks.empty()) sinks.fail_expected("at least one sink");
  check_targets(plan->sinks);
  return Job(std::move(plan));
}

const RunSettings& Job::settings() const noexcept { return plan_->settings; }

// All sinks hang on one source.
std::uint64_t Job::input_bytes() const { return jobs::input_bytes(plan_->sinks.front().frame); }

std::string Job::explain(const RunSettings& overrides) const {
  RunSettings settings = plan_->settings;
  settings.merge(overrides);
  const ComputeOptions options = settings.to_compute_options();
  std::string out;
  for (const jobs::PlannedSink& sink : plan_->sinks) {
    out += "sink " + sink.name + "\n" + sink.frame.explain(options);
    if (!out.ends_with('\n')) out += '\n';
  }
  return out;
}

JobResult Job::run(const RunSettings& overrides, const std::function<void(const Run&)>& on_start) const {
  RunSettings settings = plan_->settings;
  settings.merge(overrides);
  ComputeOptions options = settings.to_compute_options();
  options.on_start = on_start;
  return jobs::run_planned(plan_->sinks, options);
}

}  // namespace treadle

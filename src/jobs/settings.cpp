#include "jobs/settings.h"

#include <array>

namespace treadle {
namespace jobs {

RunSettings read_settings(const JsonReader& settings) {
  settings.expect("settings");
  RunSettings out;
  if (const auto threads = settings.find("threads"))
    out.threads = static_cast<unsigned>(threads->whole_number(0, 4096));
  if (const auto limit = settings.find("memory_limit")) out.memory_limit = limit->byte_size();
  if (const auto memory = settings.find("working_memory")) out.working_memory = memory->byte_size();
  if (const auto directory = settings.find("spill_directory")) out.spill_directory = directory->text();
  constexpr std::array<std::string_view, 2> kEngines = {"threads", "synchronous"};
  if (const auto engine = settings.find("engine")) out.synchronous = engine->choice(kEngines) == 1;
  if (const auto optimize = settings.find("optimize")) out.optimize = optimize->boolean();
  return out;
}

}  // namespace jobs

void RunSettings::merge(const RunSettings& other) {
  if (other.threads) threads = other.threads;
  if (other.memory_limit) memory_limit = other.memory_limit;
  if (other.working_memory) working_memory = other.working_memory;
  if (!other.spill_directory.empty()) spill_directory = other.spill_directory;
  synchronous = synchronous || other.synchronous;
  optimize = optimize && other.optimize;
  if (other.listener) listener = other.listener;
  if (!other.title.empty()) title = other.title;
}

ComputeOptions RunSettings::to_compute_options() const {
  ComputeOptions options;
  options.optimize = optimize;
  if (synchronous) options.engine = make_synchronous_engine();
  options.run.num_threads = threads.value_or(0);
  options.run.spill_directory = spill_directory;
  options.run.memory_limit = memory_limit;
  options.run.working_memory = working_memory;
  options.run.listener = listener;
  options.run.title = title;
  return options;
}

}  // namespace treadle

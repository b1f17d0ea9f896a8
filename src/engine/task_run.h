#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "engine/run_services.h"
#include "engine/run_values.h"
#include "treadle/operation.h"

namespace treadle::engine {

/// Inputs of a task that lie on disk, by their position among its inputs.
using Reloads = std::vector<std::pair<std::size_t, std::shared_ptr<const SpilledValue>>>;

/// A task that a thread took from the run's ready ones.
struct Claim {
  TaskRef ref;
  GraphValues* values = nullptr;           // of the task's graph
  std::shared_ptr<const Reloads> reloads;  // null: all inputs are in memory
  bool must_run = false;                   // nothing else runs: it gets its memory whether it is there or not
  bool alone = false;                      // nothing else runs, nor will while it does: what fails now, fails
};

/// What came of a claim.
struct Answer {
  Outcome outcome;
  std::exception_ptr error;
  bool put_back = false;  // it did not run, or not to its end: its memory is not there
  bool ran_out = false;   // it began and found no more memory: only alone is it sure of what there is
  Reservation output;     // room for the values until they are charged themselves
};

/// Runs a task: reserves its memory, gathers its inputs, calls its operation, checks what it answered.
/// `stop` is asked for this task alone, the services' for all. `inputs` is scratch space that the caller
/// keeps for the next task.
void run_task(RunServices& services, const Claim& claim, const StopFlag& stop, std::vector<Value>& inputs,
              Answer& answer);

}  // namespace treadle::engine

#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "treadle/compute_options.h"
#include "treadle/future.h"

namespace treadle::python {

/// Calls `work` with `options`, the GIL released, and waits for it. Throws what it throws.
///
/// Ctrl-C in the main thread cancels the run that `work` starts and raises KeyboardInterrupt: at once if the
/// run ends, else a moment later without it; then `work` goes on in a thread of its own and what it makes is
/// dropped, so it must own all that it uses. Under the synchronous engine `work` runs in the calling thread,
/// so that profilers and debuggers see what it calls.
void run_interruptibly(ComputeOptions options, std::function<void(const ComputeOptions&)> work);

/// Waits for a future, the GIL released, Ctrl-C being seen; whether it has ended by the deadline.
bool wait_interruptibly(const FutureState& future,
                        std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt);

/// Has a run that goes on without run_interruptibly() cancelled by leave(), as long as `options` live.
void cancel_when_interpreter_ends(ComputeOptions& options);
/// Called before the interpreter goes: cancels what is under way and waits a moment for its end. What does
/// not end is left behind; the process then goes without running destructors.
void leave();

}  // namespace treadle::python

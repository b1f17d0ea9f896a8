#pragma once

#include "treadle/engine.h"

namespace treadle::app {

/// Makes Ctrl-C and SIGTERM cancel the run under way instead of ending the process; a second one ends it at
/// once, as does the first while nothing runs. A write into a closed pipe or beyond a limit of size becomes
/// an error of that write. To be called before any thread starts: threads inherit that these signals are
/// another thread's business.
void watch_interrupts();

/// The run that the next interrupt cancels. If there was one already, the run is cancelled now.
void set_interrupted_run(const Run& run);

}  // namespace treadle::app

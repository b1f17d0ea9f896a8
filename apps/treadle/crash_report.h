#pragma once

namespace treadle::app {

/// Has a fault in native code (a signal such as SIGSEGV, or std::terminate) say so on standard error and end
/// the process with the exit code of an InternalError, where it would be killed without a word.
void report_crashes();

}  // namespace treadle::app

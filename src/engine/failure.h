#pragma once

#include <exception>
#include <string>
#include <vector>

namespace treadle::engine {

/// What Run::wait() throws for a task that threw `cause`: the cause itself if it is a treadle::Error, else a
/// TaskFailed that holds it. `chain` is the failed task and those that it ran for, as far as known.
std::exception_ptr failure_of(const std::vector<std::string>& chain, std::exception_ptr cause);

}  // namespace treadle::engine

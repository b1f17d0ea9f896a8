#include "engine/failure.h"

#include <new>
#include <typeinfo>

#include "treadle/error.h"

namespace treadle::engine {

std::exception_ptr failure_of(const std::string& task, const std::string& chain, std::exception_ptr cause) {
  std::string what;
  try {
    std::rethrow_exception(cause);
  } catch (const Error&) {
    return cause;
  } catch (const std::bad_alloc&) {
    return std::make_exception_ptr(
        OutOfMemory("task " + chain + " failed: the system has no more memory; lower working_memory"));
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception that is no std::exception";
  }
  return std::make_exception_ptr(TaskFailed(task, "task " + chain + " failed: " + what, cause));
}

}  // namespace treadle::engine

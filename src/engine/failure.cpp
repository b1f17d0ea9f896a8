#include "engine/failure.h"

#include <new>
#include <typeinfo>

#include "treadle/error.h"

namespace treadle::engine {
namespace {

std::string describe(const std::vector<std::string>& chain) {
  std::string text = "task ";
  text.append(chain[0]);
  for (std::size_t i = 1; i < chain.size(); ++i) {
    text.append(i == 1 ? " (needed by " : ", by ");
    text.append(chain[i]);
  }
  if (chain.size() > 1) text.push_back(')');
  return text;
}

}  // namespace

std::exception_ptr failure_of(const std::vector<std::string>& chain, std::exception_ptr cause) {
  std::string what;
  try {
    std::rethrow_exception(cause);
  } catch (const Error&) {
    return cause;
  } catch (const std::bad_alloc&) {
    return std::make_exception_ptr(
        OutOfMemory(describe(chain) + " failed: the system has no more memory; lower working_memory"));
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception that is no std::exception";
  }
  return std::make_exception_ptr(TaskFailed(chain[0], describe(chain) + " failed: " + what, cause));
}

}  // namespace treadle::engine

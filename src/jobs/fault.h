#pragma once

#include <string>
#include <utility>

#include "treadle/error.h"
#include "treadle/job.h"

namespace treadle::jobs {

/// An error E that knows its place in the job. Its message starts with it.
template <class E>
class InJob final : public E, public JobPlace {
 public:
  InJob(const E& error, std::string pointer)
      : E(error), JobPlace(std::move(pointer)), message_(JobPlace::pointer() + ": " + error.what()) {}
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
};

/// Throws InvalidArgument at `pointer`.
[[noreturn]] void fail(const std::string& pointer, const std::string& message);

/// Throws the error being handled again, as the same class and as a JobPlace.
/// One that is a JobPlace already, or none of Treadle's, stays as it is.
[[noreturn]] void rethrow_at(const std::string& pointer);

/// What `make` answers; its errors get `pointer`.
template <class F>
auto at(const std::string& pointer, F&& make) {
  try {
    return make();
  } catch (const Error&) {
    rethrow_at(pointer);
  }
}

/// "/steps" and "name/x" make "/steps/name~1x".
std::string child_pointer(const std::string& parent, std::string_view key);
std::string child_pointer(const std::string& parent, std::size_t index);

}  // namespace treadle::jobs

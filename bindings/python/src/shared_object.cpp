#include "src/shared_object.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "treadle/error.h"

namespace treadle::python {
namespace {

/// References that threads without the GIL dropped. Lives as long as the process.
class DroppedReferences {
 public:
  void add(PyObject* object) {
    bool first = false;
    {
      const std::lock_guard lock(mutex_);
      first = objects_.empty();
      objects_.push_back(object);
    }
    // The main thread takes them if no task of Python comes by.
    if (first)
      Py_AddPendingCall([](void* queue) { return static_cast<DroppedReferences*>(queue)->release(); }, this);
  }
  /// Under the GIL.
  int release() {
    std::vector<PyObject*> objects;
    std::uint64_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      if (objects_.empty()) return 0;
      objects.swap(objects_);
      number = begun_++;
      under_way_.emplace(number, ::getpid());
    }
    const bool outer = std::exchange(releasing, true);
    for (PyObject* object : objects) Py_DECREF(object);
    releasing = outer;
    {
      const std::lock_guard lock(mutex_);
      under_way_.erase(number);
    }
    changed_.notify_all();
    return 0;
  }

  /// Under the GIL, which it gives away while it waits for other threads that release what was added before.
  void settle() {
    release();
    if (releasing) return;  // what an object does when it is dropped does not wait for the end of itself
    std::uint64_t begun = 0;
    {
      const std::lock_guard lock(mutex_);
      begun = begun_;
      if (all_over_before(begun)) return;
    }
    while (!wait_for_those_before(begun) && !interpreter_is_ending()) {
      if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
    }
  }

 private:
  bool wait_for_those_before(std::uint64_t number) {
    constexpr std::chrono::milliseconds kMoment{20};
    const GilReleased released;
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kMoment, [&] { return all_over_before(number); });
  }

  // Under the lock. Threads of the process that this one was forked from are not here.
  bool all_over_before(std::uint64_t number) const {
    const ::pid_t process = ::getpid();
    return std::none_of(under_way_.begin(), under_way_.lower_bound(number),
                        [&](const auto& release) { return release.second == process; });
  }

  // Whether this thread is dropping objects.
  static thread_local bool releasing;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PyObject*> objects_;
  // Releases are numbered as they begin, and kept with the process that they began in until they end.
  std::uint64_t begun_ = 0;
  std::map<std::uint64_t, ::pid_t> under_way_;
};

thread_local bool DroppedReferences::releasing = false;

DroppedReferences& dropped_references() {
  static DroppedReferences& queue =
      *new DroppedReferences;  // NOLINT(cppcoreguidelines-owning-memory): outlives all threads
  return queue;
}

/// The Python state of a thread that Python did not start, kept until the thread ends.
class KeptThreadState {
 public:
  KeptThreadState() {
    if (PyGILState_GetThisThreadState() != nullptr) return;
    held_ = ensure_gil();
    state_ = PyEval_SaveThread();
  }
  KeptThreadState(const KeptThreadState&) = delete;
  KeptThreadState& operator=(const KeptThreadState&) = delete;
  ~KeptThreadState() {
    if (state_ == nullptr || others_leave()) return;
    restore_thread(state_);
    PyGILState_Release(held_);
  }

 private:
  PyThreadState* state_ = nullptr;
  PyGILState_STATE held_ = PyGILState_UNLOCKED;
};

}  // namespace

GilForTask::Ready::Ready() {
  if (others_leave()) throw Cancelled();
  static thread_local const KeptThreadState state;
}

void settle_dropped_references() { dropped_references().settle(); }

GilForTask::GilForTask() { dropped_references().release(); }

void SharedObject::drop(PyObject* object) noexcept {
  if (interpreter_is_ending()) return;
  if (PyGILState_Check() != 0) {
    Py_DECREF(object);
  } else {
    dropped_references().add(object);
  }
}

}  // namespace treadle::python

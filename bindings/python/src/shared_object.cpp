#include "src/shared_object.h"

#include <mutex>
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
    {
      const std::lock_guard lock(mutex_);
      objects.swap(objects_);
    }
    for (PyObject* object : objects) Py_DECREF(object);
    return 0;
  }

 private:
  std::mutex mutex_;
  std::vector<PyObject*> objects_;
};

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

void drop_queued_references() { dropped_references().release(); }

GilForTask::GilForTask() { drop_queued_references(); }

void SharedObject::drop(PyObject* object) noexcept {
  if (interpreter_is_ending()) return;
  if (PyGILState_Check() != 0) {
    Py_DECREF(object);
  } else {
    dropped_references().add(object);
  }
}

}  // namespace treadle::python

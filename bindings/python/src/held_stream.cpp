#include "src/held_stream.h"

#include <nanobind/nanobind.h>

#include <cerrno>
#include <memory>
#include <tuple>

#include "src/shared_object.h"

namespace treadle::python {
namespace {

constexpr const char* kArray = "treadle_held_array";

ArrowArrayStream& source_of(ArrowArrayStream* stream) {
  return *static_cast<ArrowArrayStream*>(stream->private_data);
}

void release_array(PyObject* capsule) {
  const std::unique_ptr<ArrowArray> owned(static_cast<ArrowArray*>(PyCapsule_GetPointer(capsule, kArray)));
  owned->release(owned.get());
}

/// From now on a capsule of Python owns the array. False if there is no memory for it; the array is released
/// then.
bool hold(ArrowArray* array) {
  auto owned = std::make_unique<ArrowArray>(*array);
  PyObject* capsule = PyCapsule_New(owned.get(), kArray, release_array);
  if (capsule == nullptr) {
    PyErr_Clear();
    array->release(array);
    return false;
  }
  std::ignore = owned.release();
  array->private_data = std::make_unique<SharedObject>(nanobind::steal(capsule)).release();
  array->release = [](ArrowArray* held) {
    const std::unique_ptr<SharedObject> dropped(static_cast<SharedObject*>(held->private_data));
    held->release = nullptr;
  };
  return true;
}

}  // namespace

HeldStream::HeldStream(ArrowArrayStream* source) {
  stream_.private_data = source;
  stream_.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    ArrowArrayStream& from = source_of(self);
    return from.get_schema(&from, out);
  };
  stream_.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    ArrowArrayStream& from = source_of(self);
    const int error = from.get_next(&from, out);
    if (error != 0 || out->release == nullptr) return error;
    return hold(out) ? 0 : ENOMEM;
  };
  stream_.get_last_error = [](ArrowArrayStream* self) -> const char* {
    ArrowArrayStream& from = source_of(self);
    return from.get_last_error == nullptr ? nullptr : from.get_last_error(&from);
  };
  stream_.release = [](ArrowArrayStream* self) {
    ArrowArrayStream& from = source_of(self);
    if (from.release != nullptr) from.release(&from);
    self->release = nullptr;
  };
}

}  // namespace treadle::python

#pragma once

#include <cstddef>
#include <string_view>

#include "src/binding.h"
#include "src/shared_object.h"
#include "treadle/value.h"

// Python objects among the values of tasks, and values among Python objects.
//
//   from_python(object)    Table ... what a conversion takes; anything else becomes a PythonObject
//   to_python(value)       the way back; who brings another type of value adds a Conversion for it
namespace treadle::python {

/// An object as a task's value: sized by object_bytes(); spilled by pickle, by cloudpickle where that is not
/// enough, what lies in buffers (of NumPy, Arrow, pandas) without a copy of it.
class PythonObject {
 public:
  /// Under the GIL.
  explicit PythonObject(nb::object object);
  nb::handle get() const noexcept { return object_.get(); }
  std::size_t nbytes() const noexcept { return nbytes_; }

 private:
  SharedObject object_;
  std::size_t nbytes_;
};

/// How values of one type meet Python.
struct Conversion {
  bool (*holds)(const Value& value);
  nb::object (*to_python)(const Value& value);
  /// Null: no object becomes such a value by itself.
  bool (*takes)(nb::handle object) = nullptr;
  Value (*from_python)(nb::handle object) = nullptr;
  /// What the object takes beside the value. Null: next to nothing.
  std::size_t (*python_bytes)(const Value& value) = nullptr;
};
/// Called while the module is being made: by a bind_...() function.
void add_conversion(const Conversion& conversion);

/// Under the GIL. Throws InternalError for a type without a conversion.
nb::object to_python(const Value& value);
Value from_python(nb::handle object);
/// What to_python() will take. Without the GIL, too.
std::size_t python_bytes(const Value& value);

}  // namespace treadle::python

namespace treadle {

template <>
struct Codec<python::PythonObject> {
  static constexpr std::string_view kind = "python";
  static std::size_t nbytes(const python::PythonObject& object) { return object.nbytes(); }
  static void write(const python::PythonObject& object, ByteSink& sink);
  static python::PythonObject read(ByteSource& source);
};

}  // namespace treadle

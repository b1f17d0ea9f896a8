#include "src/python_function.h"

#include <utility>

#include "src/table.h"
#include "treadle/error.h"

namespace treadle::python {
namespace {

bool is_finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
  return Py_IsFinalizing() != 0;
#else
  return _Py_IsFinalizing() != 0;
#endif
}

/// A reference that any thread may drop. Once the interpreter goes, it is left where it is.
class SharedObject {
 public:
  explicit SharedObject(nb::object object) : object_(std::move(object)) {}
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject() {
    if (Py_IsInitialized() == 0 || is_finalizing()) {
      object_.release();
      return;
    }
    const nb::gil_scoped_acquire acquire;
    object_.reset();
  }
  nb::handle get() const { return object_; }

 private:
  nb::object object_;
};

class PythonFunction final : public PartitionFunction {
 public:
  PythonFunction(nb::object function, std::string name, Schema schema)
      : function_(std::move(function)), name_(std::move(name)), schema_(std::move(schema)) {}

  std::string name() const override { return name_; }
  Schema schema() const override { return schema_; }
  Table run(const Table& rows, std::size_t partition) const override {
    // A thread that asks for the GIL of an interpreter that goes would never wake up.
    if (is_finalizing()) throw Cancelled();
    const nb::gil_scoped_acquire acquire;
    return table_from_arrow(function_.get()(rows, partition));
  }

 private:
  SharedObject function_;
  std::string name_;
  Schema schema_;
};

}  // namespace

std::shared_ptr<const PartitionFunction> make_python_function(nb::object function, std::string name,
                                                              Schema schema) {
  return std::make_shared<const PythonFunction>(std::move(function), std::move(name), std::move(schema));
}

}  // namespace treadle::python

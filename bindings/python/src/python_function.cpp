#include "src/python_function.h"

#include <utility>

#include "src/python_object.h"
#include "src/table.h"

namespace treadle::python {
namespace {

class PythonFunction final : public PartitionFunction {
 public:
  PythonFunction(nb::object function, std::string name, Schema schema)
      : function_(std::move(function)), name_(std::move(name)), schema_(std::move(schema)) {}

  std::string name() const override { return name_; }
  Schema schema() const override { return schema_; }
  Table run(const Table& rows, std::size_t partition) const override {
    const GilForTask gil;
    return table_from_arrow(call(nb::cast(rows), nb::cast(partition)));
  }

 private:
  nb::object call(const nb::object& rows, const nb::object& partition) const {
    PyObject* const arguments[] = {rows.ptr(), partition.ptr()};
    PyObject* answer = nullptr;
    {
      const StayIfLeaving stay;
      answer = PyObject_Vectorcall(function_.get().ptr(), arguments, 2, nullptr);
    }
    if (answer == nullptr) throw nb::python_error();
    return nb::steal(answer);
  }

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

#include "src/python_function.h"

#include <memory>
#include <string>
#include <utility>

#include "src/python_object.h"
#include "src/python_raised.h"
#include "src/table.h"

namespace treadle::python {
namespace {

class PythonFunction final : public PartitionFunction {
 public:
  PythonFunction(nb::object function, std::string name, Schema schema)
      : function_(std::move(function)), name_(std::move(name)), schema_(std::move(schema)) {}
  PythonFunction(const PythonFunction& other, nb::handle runner)
      : runner_(nb::borrow(runner)),
        function_(other.function_.share()),
        name_(other.name_),
        schema_(other.schema_) {}
  bool has_runner() const noexcept { return static_cast<bool>(runner_); }

  std::string name() const override { return name_; }
  Schema schema() const override { return schema_; }
  Table run(const Table& rows, std::size_t partition) const override {
    return with_gil_in_task([&] { return table_from_arrow(call(nb::cast(rows), nb::cast(partition))); });
  }

 private:
  nb::object call(const nb::object& rows, const nb::object& partition) const {
    PyObject* const arguments[] = {function_.get().ptr(), rows.ptr(), partition.ptr()};
    PyObject* answer = nullptr;
    {
      const StayIfLeaving stay;
      answer = runner_ ? PyObject_Vectorcall(runner_.get().ptr(), arguments, 3, nullptr)
                       : PyObject_Vectorcall(function_.get().ptr(), arguments + 1, 2, nullptr);
    }
    if (answer == nullptr) throw nb::python_error();
    return nb::steal(answer);
  }

  SharedObject runner_;
  SharedObject function_;
  std::string name_;
  Schema schema_;
};

}  // namespace

std::shared_ptr<const PartitionFunction> make_python_function(nb::object function, std::string name,
                                                              Schema schema) {
  return std::make_shared<const PythonFunction>(std::move(function), std::move(name), std::move(schema));
}

std::shared_ptr<const PartitionFunction> function_through(
    const std::shared_ptr<const PartitionFunction>& function, nb::handle runner) {
  const auto* known = dynamic_cast<const PythonFunction*>(function.get());
  if (known == nullptr || known->has_runner()) return nullptr;
  return std::make_shared<const PythonFunction>(*known, runner);
}

}  // namespace treadle::python

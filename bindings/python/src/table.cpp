#include "src/table.h"

#include <nanobind/stl/string.h>

#include <memory>
#include <tuple>
#include <utility>

#include "columnar/batch_list.h"
#include "src/binding.h"
#include "src/held_stream.h"
#include "src/immutable.h"
#include "src/python_object.h"
#include "treadle/arrow_c.h"
#include "treadle/error.h"

// Tables, and the Arrow C stream both ways: capsules named "arrow_array_stream", as the PyCapsule interface
// has it.
namespace treadle::python {
namespace {

constexpr const char* kStream = "arrow_array_stream";

void release_capsule(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kStream));
  if (stream == nullptr) return PyErr_WriteUnraisable(capsule);
  const std::unique_ptr<ArrowArrayStream> owned(stream);
  if (owned->release != nullptr) owned->release(owned.get());
}

nb::object to_capsule(const Table& table, nb::handle) {
  auto stream = std::make_unique<ArrowArrayStream>();
  table.export_to(stream.get());
  PyObject* capsule = PyCapsule_New(stream.get(), kStream, release_capsule);
  if (capsule == nullptr) {
    stream->release(stream.get());
    throw nb::python_error();
  }
  std::ignore = stream.release();
  return nb::steal(capsule);
}

/// The stream's producer may need the GIL (a generator behind a RecordBatchReader), so it is kept.
Table from_capsule(nb::handle capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kStream));
  if (stream == nullptr) throw nb::python_error();
  HeldStream held(stream);
  return Table::import_from(held.get());
}

/// Rows as the tasks of a plan hand them on.
Conversion table_conversion() {
  return {[](const Value& value) { return value.holds<columnar::BatchList>(); },
          [](const Value& value) {
            const auto& rows = value.get<columnar::BatchList>();
            return nb::cast(Table(*rows.schema, rows.batches));
          },
          [](nb::handle object) { return nb::isinstance<Table>(object); },
          [](nb::handle object) {
            const auto& table = nb::cast<const Table&>(object);
            return Value::of(
                columnar::BatchList{std::make_shared<const Schema>(table.schema()), table.batches()});
          }};
}

}  // namespace

Table table_from_arrow(nb::handle object) {
  if (PyCapsule_IsValid(object.ptr(), kStream) != 0) return from_capsule(object);
  if (!nb::hasattr(object, "__arrow_c_stream__")) {
    throw TypeError(
        "expected an object with __arrow_c_stream__ (a table of pyarrow, Polars, pandas, DuckDB ...), "
        "found " +
        nb::cast<std::string>(nb::handle(Py_TYPE(object.ptr())).attr("__name__")));
  }
  return from_capsule(object.attr("__arrow_c_stream__")());
}

void bind_table(nb::module_& module) {
  add_conversion(table_conversion());
  nb::class_<Table> type(module, "Table");
  bind_copies(type);
  type.def_static("from_arrow", table_from_arrow)
      .def("__arrow_c_stream__", to_capsule, nb::arg("requested_schema").none() = nb::none())
      .def_prop_ro("schema", &Table::schema)
      .def_prop_ro("num_rows", &Table::num_rows)
      .def_prop_ro("nbytes", &Table::nbytes)
      .def("to_string", &Table::to_string, nb::arg("max_rows") = 10)
      .def(
          "__reduce__",
          [](nb::handle self) { return nb::module_::import_("treadle.pickling").attr("reduce_table")(self); })
      .def("__len__", &Table::num_rows)
      .def("__repr__", [](const Table& table) { return table.to_string(); });
}

}  // namespace treadle::python

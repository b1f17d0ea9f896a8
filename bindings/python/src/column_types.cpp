#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "src/binding.h"
#include "treadle/data_type.h"
#include "treadle/schema.h"

// DataType and Schema.
namespace treadle::python {
namespace {

std::string to_text(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond:
      return "s";
    case TimeUnit::kMilli:
      return "ms";
    case TimeUnit::kMicro:
      return "us";
    case TimeUnit::kNano:
      return "ns";
  }
  return {};
}

std::string name_of(const DataType& type) {
  const std::string text = type.to_string();
  return text.substr(0, text.find_first_of("[(<"));
}

std::vector<DataType> types_of(const Schema& schema) {
  std::vector<DataType> types;
  for (const Field& field : schema.fields()) types.push_back(field.type);
  return types;
}

std::vector<bool> sampled(const Schema& schema) {
  std::vector<bool> marks;
  for (const Field& field : schema.fields()) marks.push_back(field.sampled);
  return marks;
}

void bind_data_type(nb::module_& module) {
  nb::class_<DataType>(module, "DataType")
      .def(nb::init<>())
      .def_static("from_string", [](const std::string& text) { return DataType::from_string(text); })
      .def_static("duration",
                  [](const std::string& unit) { return DataType::from_string("duration[" + unit + "]"); })
      .def_prop_ro("name", name_of)
      .def_prop_ro("unit", [](const DataType& type) { return to_text(type.unit()); })
      .def_prop_ro("zone", &DataType::zone)
      .def_prop_ro("is_integer", &DataType::is_integer)
      .def_prop_ro("is_float", &DataType::is_float)
      .def_prop_ro("is_numeric", &DataType::is_numeric)
      .def_prop_ro("is_temporal", &DataType::is_temporal)
      .def_prop_ro("is_nested", &DataType::is_nested)
      .def("__str__", &DataType::to_string)
      .def("__repr__", &DataType::to_string)
      .def("__hash__", [](const DataType& type) { return nb::hash(nb::cast(type.to_string())); })
      .def("__eq__", [](const DataType& a, const DataType& b) { return a == b; }, nb::is_operator());
}

}  // namespace

void bind_column_types(nb::module_& module) {
  bind_data_type(module);
  nb::class_<Schema>(module, "Schema")
      .def_prop_ro("names", &Schema::names)
      .def_prop_ro("types", types_of)
      .def_prop_ro("sampled", sampled)
      .def("__len__", &Schema::num_fields)
      .def("__contains__",
           [](const Schema& schema, const std::string& name) { return schema.find(name).has_value(); })
      .def("type_of", [](const Schema& schema,
                         const std::string& name) { return schema.field(schema.index_of(name)).type; })
      .def("__str__", &Schema::to_string)
      .def("__repr__", &Schema::to_string)
      .def("__eq__", [](const Schema& a, const Schema& b) { return a == b; }, nb::is_operator());
}

}  // namespace treadle::python

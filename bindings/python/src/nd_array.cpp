#include "src/nd_array.h"

#include <nanobind/stl/string.h>

#include <memory>
#include <utility>
#include <vector>

#include "src/python_object.h"
#include "treadle/error.h"

// NumPy's arrays and ours over the same memory, by `__array_interface__`.
namespace treadle::python {
namespace {

/// What NumPy takes for an array: elements of ours.
class Elements {
 public:
  Elements(NdArray array, bool writable) : array_(std::move(array)), writable_(writable) {}

  nb::dict array_interface() const {
    static constexpr std::uint64_t kNothing = 0;  // where arrays without elements point to
    const void* data = array_.size() == 0 ? static_cast<const void*>(&kNothing) : array_.data();
    nb::dict description;
    description["version"] = 3;
    description["typestr"] = array_.dtype().code();
    description["shape"] = tuple_of(array_.shape());
    description["strides"] =
        array_.size() == 0 ? nb::object(nb::none()) : nb::object(tuple_of(array_.strides()));
    description["data"] = nb::make_tuple(reinterpret_cast<std::uintptr_t>(data), !writable_);
    return description;
  }

 private:
  static nb::tuple tuple_of(const std::vector<std::int64_t>& numbers) {
    nb::list list;
    for (const std::int64_t number : numbers) list.append(number);
    return nb::tuple(list);
  }

  NdArray array_;
  bool writable_;
};

bool alone(const Value& value, const NdArray& array) {
  return array.owned_bytes() > 0 && value.use_count() == 1 && array.owner().use_count() == 1;
}

std::vector<std::int64_t> numbers_of(nb::handle tuple) {
  std::vector<std::int64_t> numbers;
  for (const nb::handle one : nb::borrow<nb::tuple>(tuple)) numbers.push_back(nb::cast<std::int64_t>(one));
  return numbers;
}

}  // namespace

NdArray nd_array_from(nb::handle object, bool borrowed) {
  const nb::dict description = nb::cast<nb::dict>(nb::getattr(object, "__array_interface__"));
  const DType dtype = DType::parse(nb::cast<std::string>(description["typestr"]));
  Shape shape = numbers_of(description["shape"]);
  const nb::object given = description.contains("strides") ? nb::object(description["strides"]) : nb::none();
  std::vector<std::int64_t> strides =
      given.is_none() ? packed_strides(shape, dtype.size()) : numbers_of(given);
  const auto address = nb::cast<std::uintptr_t>(description["data"][0]);
  const auto owner = std::make_shared<const SharedObject>(nb::borrow(object));
  const std::size_t bytes = static_cast<std::size_t>(num_elements(shape)) * dtype.size();
  return {dtype,
          std::move(shape),
          std::move(strides),
          reinterpret_cast<const void*>(address),  // NOLINT(performance-no-int-to-ptr): NumPy gives a number
          owner,
          borrowed ? 0 : bytes};
}

nb::object numpy_from(const NdArray& array, bool writable) {
  return nb::module_::import_("numpy").attr("asarray")(nb::cast(Elements(array, writable)));
}

void bind_nd_array(nb::module_& module) {
  nb::class_<Elements>(module, "Elements").def_prop_ro("__array_interface__", &Elements::array_interface);
  add_conversion({[](const Value& value) { return value.holds<NdArray>(); },
                  [](const Value& value) {
                    const auto& array = value.get<NdArray>();
                    return numpy_from(array, alone(value, array));
                  }});
}

}  // namespace treadle::python

#include <nanobind/stl/string.h>

#include <string>

#include "src/binding.h"

// How a lazy frame was made. What a plan reads and calls has no form outside of this process, so a frame is
// pickled as the calls that made it: each frame keeps the last of them, and through its arguments the others.
namespace treadle::python {
namespace {

/// Has what `owner.name` answers with keep (name, arguments, named arguments) as its `_recipe`.
template <class... Extra>
void record(nb::handle owner, const char* name, const Extra&... extra) {
  const nb::object make = owner.attr(name);
  const auto call = [make, name = std::string(name)](const nb::args& args, const nb::kwargs& named) {
    nb::object frame = make(*args, **named);
    nb::setattr(frame, "_recipe", nb::make_tuple(name, args, named));
    return frame;
  };
  nb::delattr(owner, name);  // else the new one would be an overload of the old one
  nb::setattr(owner, name, nb::cpp_function(call, nb::name(name), nb::scope(owner), extra...));
}

}  // namespace

void bind_recipes(nb::module_& module) {
  for (const char* name : {"concat", "from_table", "read_csv", "read_ndjson", "read_parquet", "sql",
                           "with_values", "with_windows"})
    record(module, name);
  const nb::object frame = module.attr("DataFrame");
  for (const char* name : {"filter", "group_by", "head", "join", "map_beside", "map_partitions", "partitions",
                           "repartition", "repartition_at", "repartition_together", "select", "slice", "sort",
                           "unique", "with_columns", "with_row_numbers", "with_running"}) {
    record(frame, name, nb::is_method());
  }
}

}  // namespace treadle::python

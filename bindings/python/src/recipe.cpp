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

/// As record(), for functions of arrays: what they answer with may be a tuple of arrays, each of which keeps
/// its place in it as well.
template <class... Extra>
void record_arrays(nb::handle owner, const char* name, const Extra&... extra) {
  const nb::object make = owner.attr(name);
  const auto call = [make, name = std::string(name)](const nb::args& args, const nb::kwargs& named) {
    nb::object answer = make(*args, **named);
    if (!nb::isinstance<nb::tuple>(answer)) {
      nb::setattr(answer, "_recipe", nb::make_tuple(name, args, named, nb::none()));
      return answer;
    }
    std::size_t place = 0;
    for (const nb::handle one : nb::borrow<nb::tuple>(answer))
      nb::setattr(one, "_recipe", nb::make_tuple(name, args, named, place++));
    return answer;
  };
  nb::delattr(owner, name);
  nb::setattr(owner, name, nb::cpp_function(call, nb::name(name), nb::scope(owner), extra...));
}

/// As record_arrays(), for a draw: what came before it is a part of its arguments.
void record_draw(nb::handle random, const char* name) {
  const nb::object make = random.attr(name);
  const auto call = [make, random = nb::borrow(random), name = std::string(name)](const nb::args& args,
                                                                                  const nb::kwargs& named) {
    const nb::object state = nb::getattr(args[0], "state");
    nb::object answer = make(*args, **named);
    nb::list given;
    given.append(state);
    for (std::size_t i = 1; i < args.size(); ++i) given.append(args[i]);
    nb::setattr(answer, "_recipe", nb::make_tuple("Random." + name, nb::tuple(given), named, nb::none()));
    return answer;
  };
  nb::delattr(random, name);
  nb::setattr(random, name, nb::cpp_function(call, nb::name(name), nb::scope(random), nb::is_method()));
}

void bind_array_recipes(nb::module_& module) {
  for (const char* name : {"array_apply",
                           "array_arange",
                           "array_argtopk",
                           "array_argwhere",
                           "array_bincount",
                           "array_cholesky",
                           "array_compress",
                           "array_concatenate",
                           "array_cumulate",
                           "array_digitize",
                           "array_einsum",
                           "array_eye",
                           "array_fft",
                           "array_fftn",
                           "array_from_blocks",
                           "array_from_hdf5",
                           "array_from_npy",
                           "array_from_npy_stack",
                           "array_from_numpy",
                           "array_from_zarr",
                           "array_full",
                           "array_histogram",
                           "array_index",
                           "array_inv",
                           "array_isin",
                           "array_linspace",
                           "array_lu",
                           "array_matmul",
                           "array_qr",
                           "array_quantile",
                           "array_reduce",
                           "array_reshape",
                           "array_searchsorted",
                           "array_solve",
                           "array_solve_triangular",
                           "array_svd",
                           "array_take",
                           "array_tensordot",
                           "array_topk",
                           "array_unique",
                           "array_where"})
    record_arrays(module, name);
  const nb::object array = module.attr("Array");
  for (const char* name : {"astype", "rechunk", "transpose"}) record_arrays(array, name, nb::is_method());
  for (const char* name : {"random", "integers", "distribution"}) record_draw(module.attr("Random"), name);
}

}  // namespace

void bind_recipes(nb::module_& module) {
  bind_array_recipes(module);
  for (const char* name : {"concat", "from_table", "read_csv", "read_ndjson", "read_parquet", "sql",
                           "with_integer_division", "with_values", "with_windows"})
    record(module, name);
  const nb::object frame = module.attr("DataFrame");
  for (const char* name : {"filter", "group_by", "head", "join", "map_beside", "map_partitions", "partitions",
                           "repartition", "repartition_at", "repartition_together", "select", "slice", "sort",
                           "unique", "with_columns", "with_row_numbers", "with_running"}) {
    record(frame, name, nb::is_method());
  }
}

}  // namespace treadle::python

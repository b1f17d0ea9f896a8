#pragma once

#include <nanobind/nanobind.h>

// The module treadle._core: a file a subject, each with a function that adds its part. What is bound is what
// the package needs, not the whole C++ interface; `treadle/_core.pyi` says what there is.
namespace treadle::python {

namespace nb = nanobind;

void bind_errors(nb::module_& module);
void bind_column_types(nb::module_& module);
void bind_expression(nb::module_& module);
void bind_expression_steps(nb::module_& module);
void bind_stacks(nb::module_& module);
void bind_table(nb::module_& module);
void bind_options(nb::module_& module);
void bind_frame(nb::module_& module);
void bind_sql(nb::module_& module);
void bind_file_sink(nb::module_& module);
void bind_read(nb::module_& module);
void bind_compute(nb::module_& module);
void bind_run_observer(nb::module_& module);
void bind_task_graph(nb::module_& module);
void bind_python_object(nb::module_& module);
void bind_array(nb::module_& module);
void bind_array_files(nb::module_& module);
void bind_array_linear(nb::module_& module);
void bind_array_statistics(nb::module_& module);
void bind_array_steps(nb::module_& module);
void bind_blocks(nb::module_& module);
void bind_nd_array(nb::module_& module);
void bind_call(nb::module_& module);
void bind_bag(nb::module_& module);
void bind_json_loads(nb::module_& module);
void bind_recipes(nb::module_& module);
void bind_describe_blocks(nb::module_& module);
void bind_futures(nb::module_& module);
void bind_runner_engine(nb::module_& module);

}  // namespace treadle::python

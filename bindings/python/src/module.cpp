#include <string>
#include "base/version.h"

#include "src/binding.h"

NB_MODULE(_core, module) {
  using namespace treadle::python;
  module.doc() = "Treadle's compiled core.";
  // Values that live until the interpreter ends are no leak worth a message on the user's terminal.
  nb::set_leak_warnings(false);
  module.attr("__version__") = std::string(treadle::version()).c_str();
  bind_errors(module);
  bind_column_types(module);
  bind_expression(module);
  bind_expression_steps(module);
  bind_stacks(module);
  bind_table(module);
  bind_run_observer(module);
  bind_options(module);
  bind_frame(module);
  bind_sql(module);
  bind_read(module);
  bind_compute(module);
  bind_file_sink(module);
  bind_task_graph(module);
  bind_python_object(module);
  bind_blocks(module);
  bind_nd_array(module);
  bind_array(module);
  bind_array_files(module);
  bind_array_linear(module);
  bind_array_statistics(module);
  bind_array_steps(module);
  bind_call(module);
  bind_bag(module);
  bind_json_loads(module);
  bind_recipes(module);
  bind_describe_blocks(module);
  bind_futures(module);
  bind_runner_engine(module);
}

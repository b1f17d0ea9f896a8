#include "src/blocks.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "session/frame_blocks.h"
#include "src/interrupt.h"
#include "src/python_call.h"
#include "src/python_form.h"
#include "src/runner_engine.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"
#include "treadle/graph.h"

// Blocks, the calls that make them, and what starts work on them.
namespace treadle::python {
namespace {

std::string key_of(const Blocks& blocks) { return blocks.node()->key().to_string(); }

Blocks block_of(const Blocks& blocks, std::size_t block) {
  if (block >= blocks.num_blocks()) throw nb::index_error("block number out of range");
  return {session::choose_blocks({blocks.node()}, {{0, static_cast<std::uint32_t>(block)}}), 1};
}

Blocks join(const std::vector<Blocks>& rows) {
  std::vector<lazy::NodePtr> inputs;
  std::vector<session::BlockChoice> choices;
  for (const Blocks& row : rows) {
    const auto input = static_cast<std::uint32_t>(inputs.size());
    for (std::uint32_t block = 0; block < row.num_blocks(); ++block) choices.push_back({input, block});
    inputs.push_back(row.node());
  }
  const std::size_t count = choices.size();
  return {session::choose_blocks(std::move(inputs), std::move(choices)), count};
}

Blocks choose(const Blocks& row, const std::vector<std::uint32_t>& numbers) {
  std::vector<session::BlockChoice> choices;
  choices.reserve(numbers.size());
  for (const std::uint32_t number : numbers) {
    if (number >= row.num_blocks()) throw nb::index_error("block number out of range");
    choices.push_back({0, number});
  }
  return {session::choose_blocks({row.node()}, std::move(choices)), numbers.size()};
}

Blocks keep(const nb::list& objects) {
  std::vector<Value> values;
  for (const nb::handle object : objects) values.push_back(from_python(object));
  const std::size_t count = values.size();
  return {session::kept_blocks(std::move(values)), count};
}

std::vector<lazy::NodePtr> roots_of(const std::vector<Blocks>& all, nb::handle runner) {
  std::vector<lazy::NodePtr> roots;
  for (const Blocks& blocks : all) roots.push_back(blocks.node());
  return runner.is_none() ? roots : call_through(roots, runner);
}

std::vector<std::vector<Value>> run(const std::vector<Blocks>& all, const ComputeOptions& options,
                                    nb::handle runner, session::Results results) {
  const auto values = std::make_shared<std::vector<std::vector<Value>>>();
  run_interruptibly(options, [values, results, roots = roots_of(all, runner)](const ComputeOptions& run) {
    *values = results == session::Results::kKept ? session::persist_blocks(roots, run)
                                                 : session::compute_blocks(roots, run);
  });
  return std::move(*values);
}

/// `fit`: whether results that do not fit into the run's memory are an error.
nb::list compute(const std::vector<Blocks>& all, const ComputeOptions& options, nb::handle runner, bool fit) {
  ComputeOptions own = options;
  if (fit) own.run.if_outputs_do_not_fit = kInsteadOfResults;
  std::vector<Blocks> forms;
  for (const Blocks& blocks : all) forms.emplace_back(as_python(blocks.node()), blocks.num_blocks());
  nb::list rows;
  for (std::vector<Value>& values : run(forms, own, runner, session::Results::kTaken)) {
    nb::list row;
    for (Value& value : values) row.append(to_python(std::exchange(value, Value())));
    rows.append(std::move(row));
  }
  return rows;
}

std::vector<Blocks> persist(const std::vector<Blocks>& all, const ComputeOptions& options,
                            nb::handle runner) {
  std::vector<Blocks> kept;
  for (std::vector<Value>& values : run(all, options, runner, session::Results::kKept)) {
    const std::size_t count = values.size();
    kept.emplace_back(session::kept_blocks(std::move(values)), count);
  }
  return kept;
}

TaskGraph graph_of(const std::vector<Blocks>& all, bool optimize) {
  return session::block_graph(roots_of(all, nb::none()), optimize).graph;
}

Blocks of_frames(const std::vector<DataFrame>& frames) {
  return {session::frame_blocks(frames), frames.size()};
}

DataFrame persist_frame(const DataFrame& frame, const ComputeOptions& options) {
  const auto kept = std::make_shared<std::optional<DataFrame>>();
  run_interruptibly(options, [kept, plan = through_runner(frame, options)](const ComputeOptions& run) {
    *kept = session::persist(plan, run);
  });
  return std::move(**kept);
}

/// The tables that the partitions of a frame of persist_frame() are; None for another.
nb::object kept_tables(const DataFrame& frame) {
  const auto partitions = session::kept_partitions(frame);
  if (!partitions) return nb::none();
  nb::list tables;
  for (const Value& partition : *partitions) tables.append(to_python(partition));
  return tables;
}

DataFrame to_frame(const Blocks& rows, const Schema& schema) {
  return session::frame_of_blocks(rows.node(), rows.num_blocks(), schema);
}

}  // namespace

void bind_blocks(nb::module_& module) {
  nb::class_<Blocks>(module, "Blocks")
      .def_prop_ro("num_blocks", &Blocks::num_blocks)
      .def_prop_ro("key", key_of)
      .def_prop_ro("kind", [](const Blocks& blocks) { return std::string(blocks.node()->kind()); })
      .def("__len__", &Blocks::num_blocks)
      .def("__getitem__", block_of);
  module.def("join_blocks", join, nb::arg("rows"));
  module.def("choose_blocks", choose, nb::arg("row"), nb::arg("numbers"));
  module.def("keep_blocks", keep, nb::arg("objects"));
  module.def("compute_blocks", compute, nb::arg("all"), nb::arg("options"),
             nb::arg("runner").none() = nb::none(), nb::arg("fit") = false);
  module.def("persist_blocks", persist, nb::arg("all"), nb::arg("options"),
             nb::arg("runner").none() = nb::none());
  module.def("frame_blocks", of_frames, nb::arg("frames"));
  module.def("persist_frame", persist_frame, nb::arg("frame"), nb::arg("options"));
  module.def("kept_tables", kept_tables, nb::arg("frame"));
  module.def("frame_of_blocks", to_frame, nb::arg("rows"), nb::arg("schema"));
  module.def(
      "draw_blocks",
      [](const std::vector<Blocks>& all, bool optimize, std::size_t most_boxes) {
        return graph::to_dot(graph_of(all, optimize), {.most_boxes = most_boxes});
      },
      nb::arg("all"), nb::arg("optimize"), nb::arg("most_boxes"));
  module.def(
      "blocks_json",
      [](const std::vector<Blocks>& all, bool optimize) { return graph::to_json(graph_of(all, optimize)); },
      nb::arg("all"), nb::arg("optimize"));
}

}  // namespace treadle::python

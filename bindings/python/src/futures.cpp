#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "graph/kept_output.h"
#include "graph/value_operation.h"
#include "memory/kept_values.h"
#include "session/call_queue.h"
#include "session/call_state.h"
#include "session/chosen_blocks.h"
#include "session/compute_blocks.h"
#include "session/keep_value.h"
#include "session/persist_later.h"
#include "session/waited_block.h"
#include "src/blocks.h"
#include "src/engine_handle.h"
#include "src/errors.h"
#include "src/interrupt.h"
#include "src/python_call.h"
#include "src/python_form.h"
#include "src/python_raised.h"
#include "treadle/error.h"

// Futures: calls that start at once. treadle.distributed makes Dask's Future of them.
namespace treadle::python {
namespace {

/// What a call was made with, to make it again: kept until it went well.
class Redo {
 public:
  explicit Redo(nb::object call) : call_(std::move(call)) {}
  /// None once it went well. Under the GIL.
  nb::object call() {
    const std::lock_guard lock(mutex_);
    return call_ ? nb::borrow(call_.get()) : nb::none();
  }
  void forget() {
    SharedObject call;
    const std::lock_guard lock(mutex_);
    std::swap(call, call_);
  }

 private:
  std::mutex mutex_;
  SharedObject call_;
};

/// `_core.FutureState`. Dropping the last one of a future that is pending cancels it, which may call back
/// into Python from other threads: without the GIL.
class FutureHandle {
 public:
  explicit FutureHandle(FutureStatePtr state, std::shared_ptr<Redo> redo = nullptr)
      : state_(std::move(state)), redo_(std::move(redo)) {}
  FutureHandle(FutureHandle&&) noexcept = default;
  FutureHandle(const FutureHandle&) = delete;
  FutureHandle& operator=(const FutureHandle&) = delete;
  FutureHandle& operator=(FutureHandle&&) = delete;
  ~FutureHandle() {
    if (state_ == nullptr || state_->status() != FutureStatus::kPending || interpreter_is_ending() ||
        PyGILState_Check() == 0) {
      return;
    }
    const GilReleased released;
    state_.reset();
  }
  const FutureStatePtr& state() const noexcept { return state_; }
  nb::object redo() const { return redo_ ? redo_->call() : nb::none(); }

 private:
  FutureStatePtr state_;
  std::shared_ptr<Redo> redo_;
};

/// The class of Python whose objects hold a FutureHandle in `_state`.
PyObject*& future_type() {
  static PyObject* type = nullptr;
  return type;
}

FutureStatePtr start(const ComputeOptions& options, std::vector<FutureStatePtr> inputs,
                     session::CallState::GraphMaker make_graph) {
  auto state = std::make_shared<session::CallState>(options, std::move(inputs), std::move(make_graph));
  const GilReleased released;
  state->start();
  return state;
}

/// What the blocks of a row stand for, once they are there: the value of its only block, or a list.
FutureStatePtr start_blocks(const Blocks& row, const ComputeOptions& options, nb::handle runner) {
  const lazy::NodePtr node = runner.is_none() ? row.node() : call_through({&row.node(), 1}, runner)[0];
  const bool optimize = options.optimize;
  return start(options, {}, [node, optimize](const std::vector<Value>&) {
    return session::block_graph({&node, 1}, optimize, session::Results::kKept).graph;
  });
}

/// Rows that are on their way to where they are kept, by one run.
std::vector<Blocks> persist_later(const std::vector<Blocks>& all, const ComputeOptions& options,
                                  nb::handle runner) {
  std::vector<lazy::NodePtr> roots;
  for (const Blocks& blocks : all) roots.push_back(blocks.node());
  if (!runner.is_none()) roots = call_through(roots, runner);
  std::vector<std::vector<FutureStatePtr>> futures;
  {
    const GilReleased released;
    futures = session::persist_later(roots, options);
  }
  std::vector<Blocks> rows;
  for (std::vector<FutureStatePtr>& row : futures) {
    const std::size_t count = row.size();
    rows.emplace_back(count == 0 ? session::kept_blocks({}) : session::waited_blocks(std::move(row)), count);
  }
  return rows;
}

/// The futures that blocks, and what they are made of, wait for.
nb::list futures_below(const Blocks& blocks) {
  nb::list futures;
  for (FutureStatePtr& state : session::waited_below(blocks.node())) {
    futures.append(nb::cast(FutureHandle(std::move(state))));
  }
  return futures;
}

/// Finds futures, and lazy objects, for which futures are made.
class FutureInputs final : public LazyFinder {
 public:
  FutureInputs(const ComputeOptions& options, nb::handle runner) : options_(options), runner_(runner) {}
  std::uint32_t input_of(nb::handle object) override {
    FutureStatePtr state = state_of(object);
    if (state == nullptr) return kNotLazy;
    states.push_back(std::move(state));
    return static_cast<std::uint32_t>(states.size() - 1);
  }
  std::vector<FutureStatePtr> states;

 private:
  FutureStatePtr state_of(nb::handle object) const {
    if (future_type() != nullptr && PyObject_IsInstance(object.ptr(), future_type()) == 1) {
      return nb::cast<const FutureHandle&>(object.attr("_state")).state();
    }
    const std::optional<Blocks> lazy = lazy_value(object);
    return lazy ? start_blocks(*lazy, options_, runner_) : nullptr;
  }

  const ComputeOptions& options_;
  nb::handle runner_;
};

FutureHandle submit(nb::handle function, const nb::tuple& arguments, const nb::dict& by_name,
                    const nb::str& name, const ComputeOptions& options, nb::handle runner,
                    std::uint16_t retries) {
  FutureInputs inputs(options, runner);
  PythonCall::Parts parts = read_call(function, arguments, by_name, name, std::nullopt, inputs);
  if (!runner.is_none()) parts.runner = SharedObject(nb::borrow(runner));
  auto call = std::make_shared<const PythonCall>(std::move(parts));
  ComputeOptions own = options;
  own.run.retries = retries;
  return FutureHandle(start(own, std::move(inputs.states), [call](std::vector<Value> values) {
    TaskGraph graph;
    std::vector<TaskOutput> edges;
    for (Value& value : values) {
      edges.push_back(
          {graph.add(std::make_shared<const graph::ValueOperation>(std::move(value), unique_key())), 0});
    }
    graph::add_kept_output(graph, {graph.add(call, edges), 0});
    return graph;
  }));
}

/// An engine to which graphs are handed without the GIL, which its threads may want just then.
class EngineWithoutGil final : public Engine {
 public:
  explicit EngineWithoutGil(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {}
  std::string_view name() const override { return engine_->name(); }
  bool works_unattended() const override { return engine_->works_unattended(); }
  bool inside_task() const noexcept override { return engine_->inside_task(); }
  Run submit(TaskGraph graph, const RunOptions& options) override {
    if (PyGILState_Check() == 0) return engine_->submit(std::move(graph), options);
    const GilReleased released;
    return engine_->submit(std::move(graph), options);
  }

 private:
  std::shared_ptr<Engine> engine_;
};

using session::CallQueue;

/// Null if calls with these options are to have runs of their own.
std::shared_ptr<CallQueue> call_queue(const ComputeOptions& options) {
  if (!CallQueue::serves(options)) return nullptr;
  ComputeOptions own = options;
  own.engine = std::make_shared<EngineWithoutGil>(options.engine);
  return std::make_shared<CallQueue>(std::move(own));
}

/// The GIL stays: a small call's way into the queue is shorter than letting go of it.
FutureHandle queue_call(const std::shared_ptr<CallQueue>& queue, nb::handle function,
                        const nb::tuple& arguments, const nb::dict& by_name, const nb::str& name,
                        nb::handle runner, int priority) {
  FutureInputs inputs(queue->options(), runner);
  PythonCall::Parts parts = read_call(function, arguments, by_name, name, std::nullopt, inputs);
  parts.runner = SharedObject(nb::borrow(runner));
  auto redo = std::make_shared<Redo>(nb::make_tuple(function, arguments, by_name, name));
  auto state = std::make_shared<session::CallState>(
      queue, std::move(inputs.states), std::make_shared<const PythonCall>(std::move(parts)), priority);
  state->on_end([redo, weak = std::weak_ptr(state)] {
    const auto ended = weak.lock();
    if (ended == nullptr || ended->status() == FutureStatus::kFinished) redo->forget();
  });
  state->start();
  return FutureHandle(std::move(state), std::move(redo));
}

nb::object value_of(const FutureHandle& future) {
  Value value = future.state()->kept_value();
  if (const KeptValue* kept = kept_in(value)) {
    const GilReleased released;
    value = kept->get();
  }
  return to_python(value);
}

/// Whether the result is there as an object of Python: value() takes no memory for it.
bool in_memory(const FutureHandle& future) {
  const Value value = future.state()->kept_value();
  const KeptValue* kept = kept_in(value);
  if (kept == nullptr) return python_bytes(value) == 0;
  const Value there = kept->in_memory();
  return !there.empty() && python_bytes(there) == 0;
}

/// The results of futures that are finished, if they fit into memory together.
nb::list gather(const nb::list& futures, const ComputeOptions& options) {
  std::vector<Value> values;
  for (const nb::handle future : futures) {
    values.push_back(nb::cast<const FutureHandle&>(future).state()->kept_value());
  }
  {
    const GilReleased released;
    values = take_kept(std::move(values), options);
  }
  nb::list objects;
  for (Value& value : values) objects.append(to_python(std::exchange(value, Value())));
  return objects;
}

/// Of an object that is there. What lies in memory may be spilled for it, which takes the GIL at times.
FutureHandle finished(nb::handle object, const ComputeOptions& options) {
  Value value = from_python(object);
  const GilReleased released;
  return FutureHandle(std::make_shared<session::CallState>(session::keep_value(std::move(value), options)));
}

std::string status_of(const FutureHandle& future) {
  const FutureStatus status = future.state()->status();
  return status == FutureStatus::kFailed ? "error" : std::string(to_string(status));
}

/// Waits; whether it has ended.
bool wait(const FutureHandle& future, std::optional<double> seconds) {
  using Clock = std::chrono::steady_clock;
  // The clock does not count for ever, and neither does whoever waits this long.
  constexpr double kYears = 1e9;
  if (!seconds || *seconds >= kYears) return wait_interruptibly(*future.state());
  const std::chrono::duration<double> time(std::max(0.0, *seconds));
  return wait_interruptibly(*future.state(),
                            Clock::now() + std::chrono::duration_cast<Clock::duration>(time));
}

/// An exception of the core as an object of Python. What a function of Python raised is that very object.
nb::object exception_object(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const PythonRaised& raised) {
    return nb::borrow(raised.value());
  } catch (const TaskFailed& failed) {
    if (failed.cause()) return exception_object(failed.cause());
    return nb::module_::import_("treadle.errors").attr("TaskFailed")(failed.what());
  } catch (const Error& known) {
    return nb::module_::import_("treadle.errors").attr(error_class(known).c_str())(known.what());
  } catch (const std::exception& other) {
    return nb::module_::import_("treadle.errors").attr("TaskFailed")(other.what());
  }
}

nb::object exception_of(const FutureHandle& future) {
  const std::exception_ptr error = future.state()->exception();
  return error == nullptr ? nb::none() : exception_object(error);
}

void on_end(const FutureHandle& future, nb::object callback) {
  const auto called = std::make_shared<SharedObject>(std::move(callback));
  const FutureStatePtr& state = future.state();
  const GilReleased released;
  state->on_end([called] {
    const GilForTask gil;
    const nb::object answer = nb::steal(PyObject_CallNoArgs(called->get().ptr()));
    if (!answer) PyErr_WriteUnraisable(called->get().ptr());
  });
}

void cancel(const FutureHandle& future) {
  const FutureStatePtr& state = future.state();
  const GilReleased released;
  state->cancel();
}

bool help(const FutureHandle& future) {
  const FutureStatePtr& state = future.state();
  const GilReleased released;
  return state->help();
}

}  // namespace

void bind_futures(nb::module_& module) {
  nb::class_<FutureHandle>(module, "FutureState")
      .def_prop_ro("status", status_of)
      .def("wait", wait, nb::arg("seconds").none() = nb::none())
      .def("value", value_of)
      .def_prop_ro("in_memory", in_memory)
      .def("exception", exception_of)
      .def("cancel", cancel)
      .def("help", help)
      .def_prop_ro("redo", &FutureHandle::redo)
      .def("on_end", on_end, nb::arg("callback"))
      .def("blocks",
           [](const FutureHandle& future) { return Blocks(session::waited_blocks({future.state()}), 1); });
  module.def("set_future_type", [](nb::handle type) { future_type() = type.inc_ref().ptr(); });
  module.def("submit_call", submit, nb::arg("function"), nb::arg("args"), nb::arg("kwargs"), nb::arg("name"),
             nb::arg("options"), nb::arg("runner").none() = nb::none(), nb::arg("retries") = 0);
  nb::class_<CallQueue>(module, "CallQueue").def_prop_ro("num_lanes_started", &CallQueue::num_lanes_started);
  module.def("call_queue", call_queue, nb::arg("options"));
  module.def("queue_call", queue_call, nb::arg("queue"), nb::arg("function"), nb::arg("args"),
             nb::arg("kwargs"), nb::arg("name"), nb::arg("runner"), nb::arg("priority") = 0);
  module.def(
      "submit_blocks",
      [](const Blocks& row, const ComputeOptions& options, nb::handle runner) {
        return FutureHandle(start_blocks(row, options, runner));
      },
      nb::arg("row"), nb::arg("options"), nb::arg("runner").none() = nb::none());
  module.def("persist_later", persist_later, nb::arg("all"), nb::arg("options"),
             nb::arg("runner").none() = nb::none());
  module.def("futures_below", futures_below, nb::arg("blocks"));
  module.def("gather", gather, nb::arg("futures"), nb::arg("options"));
  module.def("finished_future", finished, nb::arg("object"), nb::arg("options"));
}

}  // namespace treadle::python

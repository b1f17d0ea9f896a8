#pragma once

#include <memory>
#include <span>
#include <vector>

#include "lazy/node.h"
#include "src/shared_object.h"
#include "treadle/compute_options.h"
#include "treadle/data_frame.h"
#include "treadle/engine.h"

namespace treadle::python {

namespace nb = nanobind;

/// Another engine, with what calls the Python functions of frames: `runner(function, *arguments)`.
class RunnerEngine final : public Engine {
 public:
  RunnerEngine(std::shared_ptr<Engine> engine, nb::object runner)
      : engine_(std::move(engine)), runner_(std::move(runner)) {}
  std::string_view name() const override { return engine_->name(); }
  bool works_unattended() const override { return engine_->works_unattended(); }
  bool inside_task() const noexcept override { return engine_->inside_task(); }
  Run submit(TaskGraph graph, const RunOptions& options) override {
    return engine_->submit(std::move(graph), options);
  }
  nb::handle runner() const noexcept { return runner_.get(); }

 private:
  std::shared_ptr<Engine> engine_;
  SharedObject runner_;
};

/// Frames as they run by these options: their Python functions called by the runner, if there is one. Under
/// the GIL, as the next.
DataFrame through_runner(const DataFrame& frame, const ComputeOptions& options);
/// A step of a plan whose function is called by `runner`; null for any other.
lazy::NodePtr step_through(const lazy::NodePtr& node, nb::handle runner);

}  // namespace treadle::python

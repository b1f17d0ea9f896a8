#include "session/persist_later.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "memory/kept_values.h"
#include "session/call_state.h"
#include "session/compute_blocks.h"

namespace treadle::session {
namespace {

/// One of the values that a future holds side by side.
class PartOfRow final : public FutureState {
 public:
  PartOfRow(FutureStatePtr row, std::size_t place) : row_(std::move(row)), place_(place) {}
  FutureStatus status() const override { return row_->status(); }
  void cancel() override { row_->cancel(); }
  bool wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const override {
    return row_->wait_until(deadline);
  }
  Value value() const override { return resolved(kept_value()); }
  Value kept_value() const override { return row_->kept_value().get<std::vector<Value>>().at(place_); }
  std::exception_ptr exception() const override { return row_->exception(); }
  void on_end(std::function<void()> callback) override { row_->on_end(std::move(callback)); }
  bool help() override { return row_->help(); }

 private:
  FutureStatePtr row_;
  std::size_t place_;
};

}  // namespace

std::vector<std::vector<FutureStatePtr>> persist_later(std::span<const lazy::NodePtr> roots,
                                                       const ComputeOptions& options) {
  BlockGraph lowered = block_graph(roots, options.optimize, Results::kKept);
  ComputeOptions own = options;
  own.run.on_failure = OnFailure::kStopRun;
  const auto graph = std::make_shared<TaskGraph>(std::move(lowered.graph));
  const auto row = std::make_shared<CallState>(
      std::move(own), std::vector<FutureStatePtr>(),
      [graph](const std::vector<Value>&) { return std::move(*graph); }, CallState::Answer::kRow);
  row->start();
  std::vector<std::vector<FutureStatePtr>> futures;
  std::size_t place = 0;
  for (const std::size_t count : lowered.num_blocks) {
    std::vector<FutureStatePtr>& blocks = futures.emplace_back();
    for (std::size_t i = 0; i < count; ++i) blocks.push_back(std::make_shared<PartOfRow>(row, place++));
  }
  return futures;
}

}  // namespace treadle::session

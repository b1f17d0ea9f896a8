#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "dataframe/operators/deliver_sink.h"
#include "session/start_run.h"
#include "treadle/data_frame.h"

namespace treadle {

/// A run that delivers into a channel, and a thread that waits for its end: the synchronous engine works in
/// whoever waits, and the reader of the batches must be free to take them.
class BatchReader::State {
 public:
  State(const lazy::NodePtr& root, const ComputeOptions& options)
      : channel_(std::make_shared<dataframe::BatchChannel>()),
        run_({root}, options, channel_),
        waiter_([this] { wait(); }) {}

  ~State() {
    channel_->abandon();
    run_.run().cancel();
    waiter_.join();
  }

  bool next(Table& batch) {
    std::optional<columnar::Batch> taken = channel_->take();
    if (!taken) return false;
    const Schema schema = *taken->schema();
    batch = Table(schema, {std::move(*taken)});
    return true;
  }

 private:
  void wait() {
    std::exception_ptr error;
    try {
      run_.run().wait();
    } catch (...) {
      error = std::current_exception();
    }
    channel_->close(std::move(error));
  }

  std::shared_ptr<dataframe::BatchChannel> channel_;
  session::StartedRun run_;
  std::thread waiter_;
};

BatchReader::BatchReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BatchReader::BatchReader(BatchReader&&) noexcept = default;
BatchReader& BatchReader::operator=(BatchReader&&) noexcept = default;
BatchReader::~BatchReader() = default;

bool BatchReader::next(Table& batch) { return state_->next(batch); }

BatchReader DataFrame::batches(const ComputeOptions& options) const {
  return BatchReader(std::make_unique<BatchReader::State>(plan_, options));
}

}  // namespace treadle

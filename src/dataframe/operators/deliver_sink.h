#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

#include "columnar/batch.h"
#include "dataframe/operators/fragment_sink.h"

namespace treadle::dataframe {

/// The way from a run to whoever reads its batches: a queue of a few batches; the run waits while it is full.
/// Thread-safe.
class BatchChannel {
 public:
  /// Waits for room. Throws Cancelled when the reader is gone or the run is stopped.
  void put(columnar::Batch batch, TaskContext& context);
  /// Says that a task begins to deliver. One that begins again (it had run out of memory) delivers the same
  /// rows: those that were handed out are left out. Throws TypeError if earlier rows had other types.
  void begin(const columnar::SchemaPtr& schema, std::size_t partition);
  /// Whether rows of the task that delivers were handed out.
  bool has_delivered() const;
  /// The run has ended, by `error` if there is one.
  void close(std::exception_ptr error);

  /// Waits for a batch; none at the end. Throws what the run ended with.
  std::optional<columnar::Batch> take();
  /// The reader wants no more.
  void abandon();
  /// The schema of the rows; null before the first task has begun.
  columnar::SchemaPtr schema() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<columnar::Batch> batches_;
  columnar::SchemaPtr schema_;
  std::size_t begun_ = 0;                  // the partition whose task runs
  std::optional<std::size_t> delivering_;  // the partition whose rows came last
  std::int64_t delivered_ = 0;             // how many of its rows came
  std::int64_t repeated_ = 0;              // how many of them will come once more
  bool closed_ = false;
  bool abandoned_ = false;
  std::exception_ptr error_;
};

/// Hands the rows to a channel, in their order. The tasks of the fragment must run one after the other.
/// One slot without meaning.
std::shared_ptr<const SinkSpec> make_deliver(std::shared_ptr<BatchChannel> channel);

}  // namespace treadle::dataframe

#include "dataframe/operators/deliver_sink.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/join_types.h"
#include "dataframe/operators/stored_rows.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

constexpr std::size_t kMaxQueued = 4;
/// How often a waiting run looks whether it was stopped.
constexpr std::chrono::milliseconds kPoll(20);

std::string changed_column(const Schema& before, const Schema& now) {
  for (std::size_t i = 0; i < now.num_fields(); ++i) {
    if (!(before.field(i).type == now.field(i).type)) {
      return "column " + now.field(i).name + " turned from " + before.field(i).type.to_string() + " into " +
             now.field(i).type.to_string();
    }
  }
  return "the type of a column that the plan looks at turned out wider";
}

class DeliverPart final : public SinkPart {
 public:
  explicit DeliverPart(RowStore rows) : rows_(std::move(rows)) {}
  bool push(const columnar::Batch& morsel, TaskContext& context) override {
    rows_.add(detached(morsel), context);
    return true;
  }
  const RowStore& rows() const noexcept { return rows_; }

 private:
  RowStore rows_;
};

class DeliverSink final : public FragmentSink {
 public:
  DeliverSink(std::shared_ptr<BatchChannel> channel, columnar::SchemaPtr schema)
      : channel_(std::move(channel)), schema_(std::move(schema)) {}
  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<DeliverPart>(RowStore(schema_, target_, 0, context));
  }
  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    for (const StoredBatch& batch : static_cast<DeliverPart&>(*part).rows().batches()) {
      channel_->put(batch.load(), context);
    }
    return true;
  }
  std::vector<Value> finish(TaskContext&) override { return {Value::of(std::int64_t{0})}; }
  bool can_restart() const override { return !channel_->has_delivered(); }

 private:
  std::shared_ptr<BatchChannel> channel_;
  columnar::SchemaPtr schema_;
  SpillTarget target_;
};

class DeliverSpec final : public SinkSpec {
 public:
  explicit DeliverSpec(std::shared_ptr<BatchChannel> channel)
      : channel_(std::move(channel)), identity_(unique_key()) {}
  std::string_view name() const override { return "deliver"; }
  void add_to(KeyBuilder& key) const override { key.add(identity_); }
  MemoryNeed memory_need() const override { return {}; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t partition) const override {
    channel_->begin(input, partition);
    return std::make_unique<DeliverSink>(channel_, input);
  }

 private:
  std::shared_ptr<BatchChannel> channel_;
  Key identity_;
};

}  // namespace

void BatchChannel::put(columnar::Batch batch, TaskContext& context) {
  std::unique_lock lock(mutex_);
  while (batches_.size() >= kMaxQueued && !abandoned_) {
    changed_.wait_for(lock, kPoll);
    context.check_stopped();
  }
  if (abandoned_) throw Cancelled();
  const std::int64_t known = std::min(repeated_, batch.num_rows());
  repeated_ -= known;
  if (known == batch.num_rows()) return;
  delivered_ = (delivering_ == begun_ ? delivered_ : 0) + batch.num_rows() - known;
  delivering_ = begun_;
  batches_.push_back(known == 0 ? std::move(batch) : batch.slice(known, batch.num_rows() - known));
  changed_.notify_all();
}

void BatchChannel::begin(const columnar::SchemaPtr& schema, std::size_t partition) {
  const std::lock_guard lock(mutex_);
  // What was handed out cannot be called back.
  if (delivering_ && !same_types(*schema_, *schema)) {
    throw TypeError("batches: " + changed_column(*schema_, *schema) +
                    " after rows had been handed out; give the column's type by dtypes=, or use compute()");
  }
  schema_ = schema;
  begun_ = partition;
  repeated_ = delivering_ == partition ? delivered_ : 0;
  changed_.notify_all();
}

bool BatchChannel::has_delivered() const {
  const std::lock_guard lock(mutex_);
  return delivering_ == begun_;
}

void BatchChannel::close(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  error_ = std::move(error);
  changed_.notify_all();
}

std::optional<columnar::Batch> BatchChannel::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !batches_.empty(); });
  if (batches_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return std::nullopt;
  }
  columnar::Batch batch = std::move(batches_.front());
  batches_.pop_front();
  changed_.notify_all();
  return batch;
}

void BatchChannel::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  batches_.clear();
  changed_.notify_all();
}

columnar::SchemaPtr BatchChannel::schema() const {
  const std::lock_guard lock(mutex_);
  return schema_;
}

std::shared_ptr<const SinkSpec> make_deliver(std::shared_ptr<BatchChannel> channel) {
  return std::make_shared<const DeliverSpec>(std::move(channel));
}

}  // namespace treadle::dataframe

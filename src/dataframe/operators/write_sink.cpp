#include "dataframe/operators/write_sink.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "dataframe/operators/collect_sink.h"
#include "io/parquet.h"
#include "io/partitioned_writer.h"
#include "io/row_spill.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

/// "part-00042": what the names of all files of a partition begin with.
std::string file_stem(std::size_t partition) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "part-%05zu", partition);
  return name.data();
}

/// Removes what an earlier try of the partition wrote, in whatever directory.
void remove_files(const std::string& directory, const std::string& stem) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    const bool ours = name == stem + ".parquet" || name.starts_with(stem + "_");
    if (ours && entry.is_regular_file()) found.push_back(entry.path());
  }
  for (const auto& path : found) std::filesystem::remove(path);
}

// Rows that wait leave this share of the memory to those who read, whom no disk can help.
constexpr std::size_t kLeftFree = 2;

/// The rows of a strip: in memory while there is room, the later ones on disk.
class WritePart final : public SinkPart {
 public:
  explicit WritePart(Reservation memory) : memory_(std::move(memory)) {}

  bool push(const Batch& morsel, TaskContext& context) override {
    if (morsel.num_rows() == 0) return true;
    // What must be copied is copied here, by all threads at once; one of them writes.
    Batch own = detached(morsel);
    if (!aside_ && memory_.try_grow_leaving(own.nbytes(), memory_.limit() / kLeftFree)) {
      batches_.push_back(std::move(own));
      return true;
    }
    if (!aside_) {
      aside_ = std::make_shared<io::RowSpill>();
      aside_->spill_to([&] { return spilled_ = context.make_spill_file("write"); });
    }
    aside_->add(0, own.schema(), {own});
    return true;
  }
  void end(TaskContext& context) override {
    if (spilled_) context.count(Counter::kBytesSpilled, spilled_->bytes_written());
  }

  /// Hands out the rows in order: once.
  void take(const std::function<void(const Batch&)>& consume) {
    for (const Batch& batch : batches_) consume(batch);
    if (aside_) aside_->take(0, consume);
  }

 private:
  Reservation memory_;
  std::vector<Batch> batches_;
  std::shared_ptr<io::RowSpill> aside_;
  std::shared_ptr<SpillFile> spilled_;
};

class WriteSink final : public FragmentSink {
 public:
  WriteSink(std::shared_ptr<WriteTarget> target, columnar::SchemaPtr schema, std::string path,
            bool even_if_empty)
      : target_(std::move(target)),
        schema_(std::move(schema)),
        path_(std::move(path)),
        even_if_empty_(even_if_empty) {}

  std::unique_ptr<SinkPart> begin_strip(TaskContext& context) override {
    return std::make_unique<WritePart>(context.reserve("write", 0));
  }

  bool commit(std::unique_ptr<SinkPart> part, TaskContext& context) override {
    static_cast<WritePart&>(*part).take([&](const Batch& batch) { write(batch, context); });
    count_spilled(context);
    return true;
  }

  std::vector<Value> finish(TaskContext& context) override {
    if (even_if_empty_) open();
    if (writer_) {
      spill_for(context);
      writer_->close();
      if (memory_) memory_->resize(0);
      count_spilled(context);
      written_.bytes = writer_->bytes_written();
    }
    written_.schema = schema_;
    written_.target = target_.get();
    return {Value::pinned(written_, sizeof written_)};
  }

 private:
  void open() {
    if (!writer_) writer_ = target_->open(path_, schema_);
  }
  void write(const Batch& batch, TaskContext& context) {
    context.check_stopped();
    open();
    spill_for(context);
    writer_->write(batch);
    written_.rows += static_cast<std::uint64_t>(batch.num_rows());
    fit(context);
  }
  /// Has the writer put rows on disk where they do not fit the memory.
  void fit(TaskContext& context) {
    if (!memory_) memory_ = context.reserve("write", 0);
    const std::size_t held = writer_->bytes_in_memory();
    if (held <= memory_->bytes()) return memory_->resize(held);
    if (!memory_->try_grow_leaving(held - memory_->bytes(), memory_->limit() / kLeftFree))
      writer_->set_aside();
    memory_->resize(writer_->bytes_in_memory());
  }
  void spill_for(TaskContext& context) {
    writer_->spill_to([this, &context] { return spilled_.emplace_back(context.make_spill_file("write")); });
  }
  void count_spilled(TaskContext& context) {
    std::uint64_t bytes = 0;
    for (const auto& file : spilled_) bytes += file->bytes_written();
    context.count(Counter::kBytesSpilled, bytes - std::exchange(counted_, bytes));
  }

  std::shared_ptr<WriteTarget> target_;
  columnar::SchemaPtr schema_;
  std::string path_;
  bool even_if_empty_;
  std::optional<Reservation> memory_;                // what the writer holds back until a row group is full
  std::vector<std::shared_ptr<SpillFile>> spilled_;  // the writer's, if it needed some
  std::uint64_t counted_ = 0;                        // of their bytes
  std::unique_ptr<io::TableWriter> writer_;
  Written written_;
};

class WriteSpec final : public SinkSpec {
 public:
  WriteSpec(std::shared_ptr<WriteTarget> target, std::size_t first_partition)
      : target_(std::move(target)), first_partition_(first_partition) {}

  std::string_view name() const override { return "write"; }
  // Staged directories have names of their own: no two runs share a write.
  void add_to(KeyBuilder& key) const override { key.add(target_->staged.path()); }
  MemoryNeed memory_need() const override { return {}; }
  bool minds_strips() const override { return false; }

  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t partition) const override {
    const std::string stem = file_stem(target_->first_number + partition);
    if (!first_try(partition)) remove_files(target_->staged.path(), stem);
    return std::make_unique<WriteSink>(
        target_, input, target_->staged.path() + "/" + stem + ".parquet",
        partition == first_partition_ && target_->options.partition_on.empty() && !target_->joins);
  }

 private:
  bool first_try(std::size_t partition) const {
    const std::lock_guard lock(mutex_);
    return tried_.insert(partition).second;
  }

  std::shared_ptr<WriteTarget> target_;
  std::size_t first_partition_;
  mutable std::mutex mutex_;
  mutable std::set<std::size_t> tried_;  // partitions that have begun to write; guarded by mutex_
};

/// Directories that a later try left without a file.
void remove_empty_directories(const std::string& directory) {
  std::vector<std::filesystem::path> directories;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_directory()) directories.push_back(entry.path());
  }
  // Inner ones first.
  for (auto path = directories.rbegin(); path != directories.rend(); ++path) {
    if (std::filesystem::is_empty(*path)) std::filesystem::remove(*path);
  }
}

/// The columns as a reader of the directories would have them: those of the directories last.
columnar::SchemaPtr keys_last(const Schema& schema, const std::vector<std::string>& keys) {
  std::vector<Field> fields;
  for (const Field& field : schema.fields()) {
    if (std::ranges::find(keys, field.name) == keys.end()) fields.push_back(field);
  }
  for (const std::string& key : keys) fields.push_back(schema.field(schema.index_of(key)));
  return std::make_shared<const Schema>(std::move(fields));
}

void write_columns_if_empty(const WriteTarget& target, std::span<const Value> inputs) {
  columnar::SchemaPtr schema;
  for (const Value& input : inputs) {
    if (!input.holds<Written>() || input.get<Written>().target != &target) continue;
    if (input.get<Written>().rows != 0) return;
    schema = input.get<Written>().schema;
  }
  if (schema == nullptr) throw InternalError("a data set that no task wrote is to be published");
  const auto writer = io::open_parquet_writer(target.options, target.details)(
      target.staged.path() + "/part-00000.parquet", keys_last(*schema, target.options.partition_on));
  writer->close();
}

class FinishWrites final : public Operation {
 public:
  explicit FinishWrites(std::vector<std::shared_ptr<WriteTarget>> targets) : targets_(std::move(targets)) {}
  std::string_view name() const override { return "write.finish"; }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    context.check_stopped();
    // Counted here: what a task wrote counts once, however often its partition was read.
    for (const Value& input : inputs) {
      if (!input.holds<Written>()) continue;
      context.count(Counter::kRowsWritten, input.get<Written>().rows);
      context.count(Counter::kBytesWritten, input.get<Written>().bytes);
    }
    for (const auto& target : targets_) {
      remove_empty_directories(target->staged.path());
      if (!target->options.partition_on.empty() && !target->joins) write_columns_if_empty(*target, inputs);
      target->staged.prepare();
    }
    return std::vector<Value>{Value::of(static_cast<std::int64_t>(targets_.size()))};
  }

 private:
  std::vector<std::shared_ptr<WriteTarget>> targets_;
};

constexpr std::string_view kStem = "part-";  // see file_stem()

/// The first number that no file of the data set has in its name.
std::size_t number_behind(const std::string& directory) {
  std::size_t behind = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kStem)) continue;
    std::size_t number = 0;
    const char* digits = name.data() + kStem.size();
    const auto [end, error] = std::from_chars(digits, name.data() + name.size(), number);
    if (error == std::errc() && end != digits) behind = std::max(behind, number + 1);
  }
  return behind;
}

io::StagedDirectory::Mode staged_mode(WriteMode mode) {
  switch (mode) {
    case WriteMode::kError:
      return io::StagedDirectory::Mode::kError;
    case WriteMode::kOverwrite:
      return io::StagedDirectory::Mode::kOverwrite;
    case WriteMode::kAppend:
      return io::StagedDirectory::Mode::kAppend;
  }
  throw InternalError("unknown mode of writing");
}

}  // namespace

WriteTarget::WriteTarget(std::string target, const ParquetWriteOptions& write,
                         const io::FileDetails& file_details)
    : directory(target),
      options(write),
      details(file_details),
      staged(std::move(target), staged_mode(write.mode), unique_key().to_string()),
      open(io::partition_by(io::open_parquet_writer(write, details), write.partition_on)),
      joins(staged.appends()),
      first_number(joins ? number_behind(directory) : 0) {}

void WriteTarget::check_columns(const Schema& schema) const {
  if (!joins) return;
  const auto present = io::open_parquet({directory}, {})->schema();
  const auto columns = keys_last(schema, options.partition_on);
  const auto same = [&](const Field& a, const Field& b) {
    const bool is_key = std::ranges::find(options.partition_on, a.name) != options.partition_on.end();
    return a.name == b.name && (is_key || a.type == b.type);
  };
  if (std::ranges::equal(columns->fields(), present->fields(), same)) return;
  throw InvalidArgument("the rows to append must have the columns of " + directory + ":\n" +
                        present->to_string() + "instead of\n" + columns->to_string());
}

std::shared_ptr<const SinkSpec> make_write(std::shared_ptr<WriteTarget> target, std::size_t first_partition) {
  return std::make_shared<const WriteSpec>(std::move(target), first_partition);
}

std::shared_ptr<const Operation> make_finish_writes(std::vector<std::shared_ptr<WriteTarget>> targets) {
  return std::make_shared<const FinishWrites>(std::move(targets));
}

}  // namespace treadle::dataframe

#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

#include "columnar/batch.h"
#include "columnar/selection.h"
#include "io/source.h"
#include "treadle/task_context.h"

// What reading a source needs around it. For tests only.
namespace treadle::io::test {

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "treadle-io-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(root_); }
  std::string operator/(const std::string& name) const { return (root_ / name).string(); }
  std::string path() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

/// A context that counts, in a budget of its own.
class Context final : public TaskContext {
 public:
  explicit Context(std::size_t limit = MemoryBudget::kUnlimited)
      : budget_(limit), memory_(budget_.reserve("test")) {}
  const Key& key() const override { return key_; }
  bool stop_requested() const noexcept override { return false; }
  Reservation& memory() override { return memory_; }
  Reservation reserve(std::string_view holder, std::size_t bytes) override {
    return budget_.reserve(holder, bytes);
  }
  void run_strips(StripLoop&) override {}
  const std::string& spill_directory() override { return spill_directory_; }
  void count(Counter counter, std::uint64_t amount) noexcept override {
    counts_[static_cast<std::size_t>(counter)] += amount;
  }
  void warn(std::string_view message) override { warnings_.emplace_back(message); }

  std::uint64_t counted(Counter counter) const { return counts_[static_cast<std::size_t>(counter)]; }
  const MemoryBudget& budget() const { return budget_; }

 private:
  Key key_ = {};
  MemoryBudget budget_;
  Reservation memory_;
  std::string spill_directory_;
  std::array<std::uint64_t, kNumCounters> counts_ = {};
  std::vector<std::string> warnings_;
};

inline ScanRequest all_columns(const Source& source) {
  ScanRequest request;
  request.columns = source.schema()->names();
  return request;
}

inline columnar::SchemaPtr requested_schema(const Source& source, const ScanRequest& request) {
  std::vector<Field> fields;
  for (const std::string& name : request.columns)
    fields.push_back(source.schema()->field(source.schema()->index_of(name)));
  return std::make_shared<const Schema>(std::move(fields));
}

/// The morsels of all partitions and strips, in order.
inline std::vector<columnar::Batch> morsels(const Source& source, const ScanRequest& request,
                                            Context& context) {
  std::vector<columnar::Batch> found;
  const auto schema = requested_schema(source, request);
  for (std::size_t partition = 0; partition < source.partitions().size(); ++partition) {
    const auto reader = source.open(partition, request);
    for (std::size_t strip = 0; strip < reader->num_strips(); ++strip) {
      reader->read_strip(
          strip, schema, std::nullopt,
          [&](const columnar::Batch& morsel) {
            found.push_back(morsel);
            return true;
          },
          context);
    }
  }
  return found;
}

inline columnar::Batch read_all(const Source& source, const ScanRequest& request, Context& context) {
  const auto found = morsels(source, request, context);
  if (found.empty()) {
    const auto schema = requested_schema(source, request);
    std::vector<columnar::Column> columns;
    for (const Field& field : schema->fields()) columns.push_back(columnar::Column::nulls(field.type, 0));
    return {schema, std::move(columns), 0};
  }
  return columnar::concatenate(found);
}

inline columnar::Batch read_all(const Source& source) {
  Context context;
  return read_all(source, all_columns(source), context);
}

}  // namespace treadle::io::test

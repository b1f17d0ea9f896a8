#include "io/partition_choice.h"

#include <string>
#include <utility>

#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

class PartitionChoice final : public Source {
 public:
  PartitionChoice(std::shared_ptr<const Source> source, std::vector<std::size_t> chosen)
      : source_(std::move(source)), chosen_(std::move(chosen)) {
    for (const std::size_t index : chosen_) partitions_.push_back(source_->partitions()[index]);
  }

  std::string_view format() const override { return source_->format(); }
  const columnar::SchemaPtr& schema() const override { return source_->schema(); }
  void add_to(KeyBuilder& key) const override {
    source_->add_to(key);
    key.add("partitions");
    for (const std::size_t index : chosen_) key.add(static_cast<std::uint64_t>(index));
  }
  std::string to_string() const override {
    return source_->to_string() + ", " + std::to_string(chosen_.size()) + " of " +
           std::to_string(source_->partitions().size()) + " partitions";
  }
  std::string file_path(std::uint32_t file) const override { return source_->file_path(file); }
  bool skips_rows() const override { return source_->skips_rows(); }
  /// The same partitions, by their numbers, of files that are cut anew.
  std::shared_ptr<const Source> renewed() const override {
    auto now = source_->renewed();
    if (now == nullptr) return nullptr;
    if (now->partitions().size() != source_->partitions().size()) {
      throw IoError("the files of " + source_->to_string() +
                    " changed after partitions of them had been chosen: expected " +
                    std::to_string(source_->partitions().size()) + " partitions, found " +
                    std::to_string(now->partitions().size()));
    }
    return std::make_shared<const PartitionChoice>(std::move(now), chosen_);
  }
  std::span<const PartitionInfo> partitions() const override { return partitions_; }
  bool continues_previous(std::size_t index) const override {
    return index > 0 && chosen_[index] == chosen_[index - 1] + 1 &&
           source_->continues_previous(chosen_[index]);
  }
  bool excluded(std::size_t index, const ScanRequest& request) const override {
    return source_->excluded(chosen_[index], request);
  }
  std::optional<ValueRange> value_range(const std::string& column) const override {
    return source_->value_range(column);
  }
  std::unique_ptr<PartitionReader> open(std::size_t index, const ScanRequest& request) const override {
    return source_->open(chosen_[index], request);
  }

 private:
  std::shared_ptr<const Source> source_;
  std::vector<std::size_t> chosen_;
  std::vector<PartitionInfo> partitions_;
};

}  // namespace

std::shared_ptr<const Source> choose_partitions(std::shared_ptr<const Source> source,
                                                std::vector<std::size_t> chosen) {
  return std::make_shared<const PartitionChoice>(std::move(source), std::move(chosen));
}

}  // namespace treadle::io

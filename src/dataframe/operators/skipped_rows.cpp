#include "dataframe/operators/skipped_rows.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace treadle::dataframe {
namespace {

constexpr std::size_t kMostFiles = 5;

class EndScan final : public Operation {
 public:
  explicit EndScan(std::shared_ptr<const ScanFragmentSpec> spec) : spec_(std::move(spec)) {}
  std::string_view name() const override { return "scan.end"; }
  void add_to(KeyBuilder& key) const override { spec_->add_to(key); }
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    std::vector<const ScanSummary*> summaries;
    for (const Value& input : inputs) summaries.push_back(&input.get<ScanSummary>());
    warn_of_skipped_rows(*spec_->source, summaries, context);
    return std::vector<Value>{no_value()};
  }

 private:
  std::shared_ptr<const ScanFragmentSpec> spec_;
};

}  // namespace

void warn_of_skipped_rows(const io::Source& source, std::span<const ScanSummary* const> summaries,
                          TaskContext& context) {
  std::map<std::uint32_t, std::uint64_t> by_file;
  std::uint64_t total = 0;
  for (const ScanSummary* summary : summaries) {
    if (summary->rows_skipped == 0 || !summary->begin) continue;
    by_file[summary->begin->file] += summary->rows_skipped;
    total += summary->rows_skipped;
  }
  if (total == 0) return;
  const std::string rows = total == 1 ? "1 bad row is" : std::to_string(total) + " bad rows are";
  if (by_file.size() == 1) {
    context.warn(rows + " skipped in " + source.file_path(by_file.begin()->first));
    return;
  }
  std::vector<std::pair<std::uint32_t, std::uint64_t>> files(by_file.begin(), by_file.end());
  std::ranges::stable_sort(files, std::ranges::greater(), [](const auto& file) { return file.second; });
  std::string text = rows + " skipped in " + std::to_string(files.size()) + " files:";
  for (std::size_t i = 0; i < std::min(files.size(), kMostFiles); ++i) {
    text +=
        (i == 0 ? " " : ", ") + std::to_string(files[i].second) + " in " + source.file_path(files[i].first);
  }
  context.warn(text + (files.size() > kMostFiles ? " ..." : ""));
}

std::shared_ptr<const Operation> make_end_scan(std::shared_ptr<const ScanFragmentSpec> spec) {
  return std::make_shared<const EndScan>(std::move(spec));
}

}  // namespace treadle::dataframe

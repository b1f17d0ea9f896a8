#include "dataframe/operators/skipped_rows.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace treadle::dataframe {
namespace {

constexpr std::size_t kMostFiles = 5;

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

}  // namespace treadle::dataframe

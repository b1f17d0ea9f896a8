#include <algorithm>
#include <utility>

#include "io/csv/first_line.h"
#include "io/csv/partition_reader.h"
#include "io/csv/reader_pool.h"

namespace treadle::csv {
namespace {

class FilePartition final : public io::PartitionReader {
 public:
  FilePartition(std::shared_ptr<const CsvFiles> files, std::size_t file, StripRange range,
                std::size_t strip_bytes, ReadPlan plan)
      : files_(std::move(files)),
        index_(file),
        range_(range),
        strip_bytes_(strip_bytes),
        first_row_(files_->columns(file)->first_row),
        plan_(std::move(plan)),
        file_(files_->files()[file].identity) {}

  std::size_t num_strips() const override {
    return static_cast<std::size_t>((range_.end - range_.begin + strip_bytes_ - 1) / strip_bytes_);
  }

  std::size_t bytes_per_strip() const override { return strip_reader_bytes(plan_); }

  io::StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                             std::optional<io::RecordBoundary> begin, const io::MorselConsumer& consume,
                             TaskContext& context) const override {
    const StripRange range = range_of(strip);
    const std::optional<std::uint64_t> first = begin ? begin->offset : first_line(range);
    if (!first) return no_answer();
    if (*first >= range.end) return report(*first, {*first, 0}, nullptr);
    const bool guessed = !begin && range.begin > first_row_;
    auto entry = pool_.take(plan_, assumed);
    const auto result = entry->reader.read(file_, range, *first, guessed, consume, context);
    file_.check_unchanged();
    if (!result) return no_answer();
    const io::StripReport answer = report(*first, *result, &entry->reader.morsels());
    pool_.give_back(std::move(entry));
    return answer;
  }

 private:
  StripRange range_of(std::size_t strip) const {
    const std::uint64_t begin = range_.begin + strip * std::uint64_t{strip_bytes_};
    return {begin, std::min(range_.end, begin + strip_bytes_)};
  }

  std::optional<std::uint64_t> first_line(StripRange range) const {
    if (range.begin <= first_row_) return first_row_;
    const auto first = guess_first_line(file_, range.begin, plan_.shape);
    return first ? std::optional(std::max(*first, first_row_)) : std::nullopt;
  }

  /// No boundary equals it: whoever knows the true one will have the strip read again from there.
  io::StripReport no_answer() const {
    io::StripReport answer;
    answer.begin = answer.end = {static_cast<std::uint32_t>(index_), UINT64_MAX};
    return answer;
  }

  io::StripReport report(std::uint64_t first, StripResult result, const MorselMaker* morsels) const {
    io::StripReport answer;
    answer.begin = {static_cast<std::uint32_t>(index_), first};
    answer.end = {static_cast<std::uint32_t>(index_), result.end};
    answer.rows_skipped = result.bad_rows;
    if (morsels == nullptr) return answer;
    answer.rows = morsels->num_rows();
    answer.unconvertible = morsels->odd_columns();
    return answer;
  }

  std::shared_ptr<const CsvFiles> files_;
  const std::size_t index_;
  const StripRange range_;
  const std::size_t strip_bytes_;
  const std::uint64_t first_row_;
  const ReadPlan plan_;
  const io::File file_;
  mutable ReaderPool<StripReader> pool_;
};

}  // namespace

std::unique_ptr<io::PartitionReader> make_file_reader(std::shared_ptr<const CsvFiles> files, std::size_t file,
                                                      StripRange range, std::size_t strip_bytes,
                                                      ReadPlan plan) {
  return std::make_unique<FilePartition>(std::move(files), file, range, strip_bytes, std::move(plan));
}

}  // namespace treadle::csv

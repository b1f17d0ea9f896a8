#include "io/csv/csv_source.h"

#include <algorithm>
#include <utility>

#include "io/csv/csv_files.h"
#include "io/csv/partition_reader.h"
#include "io/csv/sample.h"
#include "io/files/glob.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

constexpr std::uint64_t kStripBytes = 8 << 20;

struct Partition {
  std::size_t file = 0;
  StripRange range;
  bool stream = false;
};

class CsvSource final : public io::Source {
 public:
  CsvSource(std::shared_ptr<const CsvFiles> files, SampledColumns columns)
      : files_(std::move(files)),
        formats_(std::move(columns.formats)),
        fixed_(std::move(columns.fixed)),
        schema_(std::make_shared<const Schema>(std::move(columns.fields))) {
    for (std::size_t file = 0; file < files_->files().size(); ++file) add_partitions(file);
  }

  std::string_view format() const override { return "csv"; }
  const columnar::SchemaPtr& schema() const override { return schema_; }
  void add_to(KeyBuilder& key) const override;
  std::string to_string() const override;
  std::string file_path(std::uint32_t file) const override { return files_->files()[file].identity.path; }
  bool skips_rows() const override { return files_->options().bad_rows == CsvOptions::BadRows::kSkip; }
  std::shared_ptr<const io::Source> renewed() const override;
  std::span<const io::PartitionInfo> partitions() const override { return infos_; }
  bool continues_previous(std::size_t index) const override { return partitions_[index].range.begin != 0; }
  bool excluded(std::size_t, const io::ScanRequest&) const override { return false; }

  std::unique_ptr<io::PartitionReader> open(std::size_t index,
                                            const io::ScanRequest& request) const override {
    const Partition& partition = partitions_[index];
    ReadPlan plan = plan_of(partition.file, request);
    if (partition.stream) return make_stream_reader(files_, partition.file, strip_bytes(), std::move(plan));
    return make_file_reader(files_, partition.file, partition.range, strip_bytes(), std::move(plan));
  }

 private:
  std::uint64_t partition_bytes() const {
    return std::max<std::uint64_t>(1, files_->options().partition_bytes);
  }
  std::size_t strip_bytes() const {
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(partition_bytes() / 8, 1, kStripBytes));
  }
  void add_partitions(std::size_t file);
  ReadPlan plan_of(std::size_t file, const io::ScanRequest& request) const;

  std::shared_ptr<const CsvFiles> files_;
  std::vector<ColumnFormat> formats_;
  std::vector<bool> fixed_;
  columnar::SchemaPtr schema_;
  std::vector<Partition> partitions_;
  std::vector<io::PartitionInfo> infos_;
};

void CsvSource::add_partitions(std::size_t index) {
  const CsvFile& file = files_->files()[index];
  const std::string& path = file.identity.path;
  const std::uint64_t size = file.identity.size;
  if (file.encoding != io::Encoding::kPlain) {
    constexpr std::uint64_t kUsualRatio = 4;
    partitions_.push_back({index, {0, size}, true});
    infos_.push_back({path, size * kUsualRatio});
    return;
  }
  for (std::uint64_t begin = 0; begin < size || begin == 0; begin += partition_bytes()) {
    const std::uint64_t end = std::min(size, begin + partition_bytes());
    partitions_.push_back({index, {begin, end}, false});
    infos_.push_back({path + "[" + std::to_string(begin) + ":" + std::to_string(end) + "]", end - begin});
  }
}

ReadPlan CsvSource::plan_of(std::size_t file, const io::ScanRequest& request) const {
  const CsvOptions& options = files_->options();
  const std::shared_ptr<const FileColumns> columns = files_->columns(file);
  ReadPlan plan;
  plan.path = files_->files()[file].identity.path;
  plan.shape = files_->shape(columns->num_fields);
  plan.morsel_rows = static_cast<std::size_t>(std::max<std::int64_t>(1, request.morsel_rows));
  plan.skip_bad_rows = options.bad_rows == CsvOptions::BadRows::kSkip;
  plan.infer_dates = options.infer_dates;
  plan.nulls = &files_->nulls();
  for (const std::string& name : request.columns) {
    const std::size_t i = schema_->index_of(name);
    plan.columns.push_back({name, columns->place(i), formats_[i], fixed_[i]});
  }
  return plan;
}

void CsvSource::add_to(KeyBuilder& key) const {
  const CsvOptions& o = files_->options();
  key.add("csv").add(static_cast<std::uint64_t>(files_->files().size()));
  for (const CsvFile& file : files_->files()) {
    file.identity.add_to(key);
    key.add(static_cast<int>(file.encoding));
  }
  for (const char c : {o.delimiter, o.quote, o.escape, o.comment}) key.add(static_cast<int>(c));
  key.add(o.header).add(o.skip_blank_lines).add(o.infer_dates).add(static_cast<int>(o.bad_rows));
  key.add(o.quoted_nulls)
      .add(o.spaces_are_blank)
      .add(static_cast<int>(o.short_records))
      .add(static_cast<int>(o.long_records));
  key.add(o.skip_lines).add(o.skip_rows).add(o.partition_bytes).add(o.date_format);
  for (const auto* list : {&o.names, &o.null_values, &o.parse_dates}) {
    key.add(static_cast<std::uint64_t>(list->size()));
    for (const std::string& text : *list) key.add(text);
  }
  for (std::size_t i = 0; i < schema_->num_fields(); ++i) {
    key.add(schema_->field(i).name).add(schema_->field(i).type.to_string());
    key.add(formats_[i].date_format).add(static_cast<bool>(fixed_[i]));
  }
}

std::shared_ptr<const io::Source> CsvSource::renewed() const {
  std::vector<std::string> paths;
  bool changed = false;
  for (const CsvFile& file : files_->files()) {
    paths.push_back(file.identity.path);
    changed = changed || io::FileIdentity::of(file.identity.path) != file.identity;
  }
  if (!changed) return nullptr;
  auto files = std::make_shared<const CsvFiles>(std::move(paths), files_->options());
  if (files->names() != files_->names()) {
    throw IoError("the columns of " + files->files()[0].identity.path +
                  " are no longer those that it had when the frame was made");
  }
  return std::make_shared<const CsvSource>(std::move(files),
                                           SampledColumns{schema_->fields(), formats_, fixed_});
}

std::string CsvSource::to_string() const {
  const std::vector<CsvFile>& files = files_->files();
  std::string text = "csv " + files[0].identity.path;
  if (files.size() > 1) text += " and " + std::to_string(files.size() - 1) + " more files";
  return text + ", " + std::to_string(files_->total_bytes()) + " bytes";
}

}  // namespace

std::size_t strip_reader_bytes(const ReadPlan& plan) {
  constexpr std::size_t kBlocks = 4;
  constexpr std::size_t kColumn = 1 << 10;
  return kBlocks * plan.block_bytes + kColumn * plan.columns.size() + 4 * plan.shape.num_fields;
}

std::shared_ptr<const io::Source> open_csv(std::vector<std::string> paths, const CsvOptions& options) {
  auto files = std::make_shared<const CsvFiles>(io::expand_paths(paths), options);
  SampledColumns columns = sample_columns(*files);
  return std::make_shared<const CsvSource>(std::move(files), std::move(columns));
}

}  // namespace treadle::csv

#include "io/ndjson/ndjson_source.h"

#include <algorithm>
#include <utility>

#include "io/files/glob.h"
#include "io/ndjson/partition_reader.h"
#include "io/ndjson/sample.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::ndjson {
namespace {

constexpr std::uint64_t kStripBytes = 8 << 20;

struct Partition {
  std::size_t file = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool stream = false;
};

io::Encoding encoding_of(const io::FileIdentity& identity, NdjsonOptions::Compression compression) {
  switch (compression) {
    case NdjsonOptions::Compression::kNone:
      return io::Encoding::kPlain;
    case NdjsonOptions::Compression::kGzip:
      return io::Encoding::kGzip;
    case NdjsonOptions::Compression::kZstd:
      return io::Encoding::kZstd;
    case NdjsonOptions::Compression::kAuto:
      break;
  }
  return io::detect_encoding(io::File(identity));
}

std::vector<JsonFile> look_at(const std::vector<std::string>& paths, const NdjsonOptions& options) {
  if (paths.empty()) throw InvalidArgument("ndjson: expected at least one file, found none");
  std::vector<JsonFile> files;
  for (const std::string& path : paths) {
    io::FileIdentity identity = io::FileIdentity::of(path);
    const io::Encoding encoding = encoding_of(identity, options.compression);
    files.push_back({std::move(identity), encoding, static_cast<std::uint32_t>(files.size())});
  }
  return files;
}

class NdjsonSource final : public io::Source {
 public:
  NdjsonSource(std::vector<JsonFile> files, NdjsonOptions options, SampledColumns columns)
      : files_(std::move(files)),
        options_(std::move(options)),
        fixed_(std::move(columns.fixed)),
        schema_(std::make_shared<const Schema>(std::move(columns.fields))),
        keys_(std::make_shared<const KnownKeys>(schema_->names())) {
    for (std::size_t file = 0; file < files_.size(); ++file) add_partitions(file);
  }

  std::string_view format() const override { return "ndjson"; }
  const columnar::SchemaPtr& schema() const override { return schema_; }
  void add_to(KeyBuilder& key) const override;
  std::string to_string() const override;
  std::string file_path(std::uint32_t file) const override { return files_[file].identity.path; }
  bool skips_rows() const override { return options_.bad_rows == NdjsonOptions::BadRows::kSkip; }
  std::shared_ptr<const io::Source> renewed() const override;
  std::span<const io::PartitionInfo> partitions() const override { return infos_; }
  // Where lines begin is known without reading what is before.
  bool continues_previous(std::size_t) const override { return false; }
  bool excluded(std::size_t, const io::ScanRequest&) const override { return false; }
  std::unique_ptr<io::PartitionReader> open(std::size_t index,
                                            const io::ScanRequest& request) const override {
    const Partition& partition = partitions_[index];
    const JsonFile& file = files_[partition.file];
    ReadPlan plan = plan_of(file, request);
    if (partition.stream) return make_stream_reader(file, strip_bytes(), std::move(plan));
    return make_file_reader(file, partition.begin, partition.end, strip_bytes(), std::move(plan));
  }

 private:
  std::uint64_t partition_bytes() const { return std::max<std::uint64_t>(1, options_.partition_bytes); }
  std::size_t strip_bytes() const {
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(partition_bytes() / 8, 1, kStripBytes));
  }
  void add_partitions(std::size_t file);
  ReadPlan plan_of(const JsonFile& file, const io::ScanRequest& request) const;

  std::vector<JsonFile> files_;
  NdjsonOptions options_;
  std::vector<bool> fixed_;
  columnar::SchemaPtr schema_;
  std::shared_ptr<const KnownKeys> keys_;
  std::vector<Partition> partitions_;
  std::vector<io::PartitionInfo> infos_;
};

void NdjsonSource::add_partitions(std::size_t index) {
  const JsonFile& file = files_[index];
  const std::string& path = file.identity.path;
  const std::uint64_t size = file.identity.size;
  if (file.encoding != io::Encoding::kPlain) {
    constexpr std::uint64_t kUsualRatio = 4;
    partitions_.push_back({index, 0, size, true});
    infos_.push_back({path, size * kUsualRatio});
    return;
  }
  for (std::uint64_t begin = 0; begin < size || begin == 0; begin += partition_bytes()) {
    const std::uint64_t end = std::min(size, begin + partition_bytes());
    partitions_.push_back({index, begin, end, false});
    infos_.push_back({path + "[" + std::to_string(begin) + ":" + std::to_string(end) + "]", end - begin});
  }
}

ReadPlan NdjsonSource::plan_of(const JsonFile& file, const io::ScanRequest& request) const {
  ReadPlan plan;
  plan.path = file.identity.path;
  plan.keys = keys_;
  plan.columns.assign(schema_->num_fields(), ReadPlan::kNotRead);
  for (std::size_t i = 0; i < request.columns.size(); ++i) {
    const std::size_t place = schema_->index_of(request.columns[i]);
    plan.columns[place] = i;
    plan.fixed.push_back(fixed_[place]);
  }
  plan.morsel_rows = static_cast<std::size_t>(std::max<std::int64_t>(1, request.morsel_rows));
  plan.skip_bad_lines = options_.bad_rows == NdjsonOptions::BadRows::kSkip;
  plan.ignore_unknown_keys =
      !options_.columns.empty() || options_.unknown_keys == NdjsonOptions::UnknownKeys::kIgnore;
  return plan;
}

void NdjsonSource::add_to(KeyBuilder& key) const {
  key.add("ndjson").add(static_cast<std::uint64_t>(files_.size()));
  for (const JsonFile& file : files_) {
    file.identity.add_to(key);
    key.add(static_cast<int>(file.encoding));
  }
  key.add(static_cast<int>(options_.bad_rows)).add(static_cast<int>(options_.unknown_keys));
  key.add(options_.columns.empty()).add(options_.partition_bytes);
  for (std::size_t i = 0; i < schema_->num_fields(); ++i) {
    key.add(schema_->field(i).name).add(schema_->field(i).type.to_string()).add(static_cast<bool>(fixed_[i]));
  }
}

std::string NdjsonSource::to_string() const {
  std::uint64_t bytes = 0;
  for (const JsonFile& file : files_) bytes += file.identity.size;
  std::string text = "ndjson " + files_[0].identity.path;
  if (files_.size() > 1) text += " and " + std::to_string(files_.size() - 1) + " more files";
  return text + ", " + std::to_string(bytes) + " bytes";
}

/// Keys are looked for in the lines, so only types that widen can differ, and they do so when the files are
/// read.
std::shared_ptr<const io::Source> NdjsonSource::renewed() const {
  std::vector<std::string> paths;
  bool changed = false;
  for (const JsonFile& file : files_) {
    paths.push_back(file.identity.path);
    changed = changed || io::FileIdentity::of(file.identity.path) != file.identity;
  }
  if (!changed) return nullptr;
  return std::make_shared<const NdjsonSource>(look_at(paths, options_), options_,
                                              SampledColumns{schema_->fields(), fixed_});
}

}  // namespace

std::shared_ptr<const io::Source> open_ndjson(std::vector<std::string> paths, const NdjsonOptions& options) {
  std::vector<JsonFile> files = look_at(io::expand_paths(paths), options);
  SampledColumns columns = sample_columns(files, options);
  return std::make_shared<const NdjsonSource>(std::move(files), options, std::move(columns));
}

}  // namespace treadle::ndjson

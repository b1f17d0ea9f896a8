#include "io/arrow_adapter/parquet_source.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/byte_size.h"
#include "io/arrow_adapter/parquet_entry.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/widened_type.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::io {
namespace {

// As many row groups as are asked for where a column's values lie, spread over all of them.
constexpr std::size_t kRangeSample = 64;

// Footers beyond this are read again when they are needed: a data set of many files must not fill the memory.
constexpr std::uint64_t kKeptMetadata = 32ULL << 20;

/// The columns of all files, with the file that each type was first seen in.
class SchemaUnion {
 public:
  void add(const ParquetFile& file) {
    if (file.columns() == latest_) return;
    latest_ = file.columns();
    for (const ParquetColumn& column : latest_->all()) add(column, file);
  }
  std::vector<Field> take_fields() { return std::move(fields_); }

 private:
  void add(const ParquetColumn& column, const ParquetFile& file) {
    const auto [place, is_new] = places_.emplace(column.name, fields_.size());
    if (is_new) {
      fields_.push_back({column.name, column.type});
      first_files_.push_back(&file);
      return;
    }
    Field& field = fields_[place->second];
    const ParquetFile*& first = first_files_[place->second];
    if (field.type == column.type || column.type.id() == TypeId::kNull) return;
    // A column of nulls takes any type.
    const auto common = field.type.id() == TypeId::kNull ? column.type : common_type(field.type, column.type);
    if (!common) {
      throw TypeError("the column \"" + column.name +
                      "\" must have types in all files that one of them can take in, but is " +
                      field.type.to_string() + " in " + first->path() + " and " + column.type.to_string() +
                      " in " + file.path());
    }
    if (*common == column.type) first = &file;
    field.type = *common;
  }

  std::shared_ptr<const ParquetColumns> latest_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Field> fields_;
  std::vector<const ParquetFile*> first_files_;
};

/// Whether values of keys, the same in all rows, rule one of the predicates out.
bool excluded_by(const std::vector<Field>& keys, const std::vector<Scalar>& values,
                 const std::vector<PrunePredicate>& predicates) {
  const BoundsOf bounds_of = [&](const std::string& column) {
    const auto key = std::ranges::find(keys, column, &Field::name);
    if (key == keys.end()) return ColumnBounds();
    return ColumnBounds::constant(values[static_cast<std::size_t>(key - keys.begin())], 1);
  };
  return std::ranges::any_of(
      predicates, [&](const PrunePredicate& predicate) { return ruled_out(predicate, bounds_of); });
}

std::vector<DataFile> wanted_files(const std::vector<DataFile>& files, const std::vector<Field>& keys,
                                   const KeyConditions& where) {
  if (!where || keys.empty()) return files;
  const std::vector<PrunePredicate> predicates = where(Schema(keys));
  std::vector<DataFile> wanted;
  for (const DataFile& file : files) {
    std::vector<Scalar> values;
    for (std::size_t key = 0; key < keys.size(); ++key)
      values.push_back(hive_scalar(file.keys[key].value, keys[key].type));
    if (!excluded_by(keys, values, predicates)) wanted.push_back(file);
  }
  if (wanted.empty()) wanted.push_back(files.front());
  return wanted;
}

std::string label(const std::vector<ParquetFile>& files, const ParquetStrip& first,
                  const ParquetStrip& last) {
  const auto place = [&](const ParquetStrip& strip) {
    return files[strip.file].path() + '[' + std::to_string(strip.row_group) + ']';
  };
  const bool one = first.file == last.file && first.row_group == last.row_group;
  return one ? place(first) : place(first) + " to " + place(last);
}

}  // namespace

ParquetSource::ParquetSource(const std::vector<DataFile>& files, const std::vector<Field>& keys,
                             const ParquetReadOptions& options, const KeyConditions& where)
    : ParquetSource(wanted_files(files, keys, where), keys, options) {}

ParquetSource::ParquetSource(std::vector<DataFile> files, std::vector<Field> keys,
                             const ParquetReadOptions& options)
    : options_(options), keys_(std::move(keys)) {
  if (options.partition_bytes == 0) throw InvalidArgument("partition_bytes must be at least 1, not 0");
  open_files(std::move(files));
  take_keys();
  merge_schema();
  cut_partitions(options.partition_bytes);
}

void ParquetSource::open_files(std::vector<DataFile> files) {
  std::uint64_t kept = 0;
  std::shared_ptr<const ParquetColumns> similar;
  files_.reserve(files.size());
  for (DataFile& file : files) {
    files_.emplace_back(std::move(file), similar);
    similar = files_.back().columns();
    kept += files_.back().metadata_bytes();
    if (kept > kKeptMetadata) files_.back().forget_metadata();
  }
}

void ParquetSource::take_keys() {
  for (const ParquetFile& file : files_) {
    std::vector<Scalar>& values = key_values_.emplace_back();
    for (std::size_t key = 0; key < keys_.size(); ++key)
      values.push_back(hive_scalar(file.keys()[key].value, keys_[key].type));
  }
}

void ParquetSource::merge_schema() {
  SchemaUnion merged;
  for (const ParquetFile& file : files_) merged.add(file);
  std::vector<Field> fields = merged.take_fields();
  for (const Field& key : keys_) {
    const auto same = std::ranges::find(fields, key.name, &Field::name);
    if (same != fields.end()) {
      same->type = key.type;
    } else {
      fields.push_back(key);
    }
  }
  schema_ = std::make_shared<const Schema>(std::move(fields));
}

void ParquetSource::cut_partitions(std::uint64_t partition_bytes) {
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::size_t begin = 0;
  const auto finish = [&] {
    const std::size_t end = strips_.size();
    partitions_.push_back(
        {begin < end ? label(files_, strips_[begin], strips_[end - 1]) : files_.front().path(), bytes, rows});
    first_strips_.push_back(begin);
    begin = end;
    bytes = 0;
    rows = 0;
  };
  for (std::size_t file = 0; file < files_.size(); ++file) {
    const auto& row_groups = files_[file].row_groups();
    for (std::size_t i = 0; i < row_groups.size(); ++i) {
      if (row_groups[i].rows == 0) continue;
      const bool full = bytes + row_groups[i].uncompressed_bytes > partition_bytes;
      if (begin < strips_.size() && (full || strips_.back().file != file)) finish();
      strips_.push_back({file, static_cast<int>(i)});
      bytes += row_groups[i].uncompressed_bytes;
      rows += row_groups[i].rows;
    }
  }
  // At least one partition, so that a plan over no rows has a task that says so.
  if (begin < strips_.size() || partitions_.empty()) finish();
  first_strips_.push_back(strips_.size());
}

std::span<const ParquetStrip> ParquetSource::strips(std::size_t partition) const {
  const std::size_t begin = first_strips_[partition];
  return std::span(strips_).subspan(begin, first_strips_[partition + 1] - begin);
}

void ParquetSource::add_to(KeyBuilder& key) const {
  key.add("parquet").add(schema_->to_string()).add(static_cast<std::uint64_t>(files_.size()));
  for (const ParquetFile& file : files_) {
    file.identity().add_to(key);
  }
  // What a partition is decides where partials end.
  for (const std::size_t first : first_strips_) key.add(static_cast<std::uint64_t>(first));
}

std::shared_ptr<const Source> ParquetSource::renewed() const {
  std::vector<DataFile> files;
  bool changed = false;
  for (const ParquetFile& file : files_) {
    files.push_back({file.path(), file.keys()});
    changed = changed || FileIdentity::of(file.path()) != file.identity();
  }
  if (!changed) return nullptr;
  auto renewed = std::make_shared<const ParquetSource>(std::move(files), keys_, options_);
  if (renewed->schema()->to_string() != schema_->to_string()) {
    throw IoError("the columns of " + to_string() +
                  " are no longer those that they had when the frame was made:\n" +
                  renewed->schema()->to_string() + "\ninstead of\n" + schema_->to_string());
  }
  return renewed;
}

std::string ParquetSource::to_string() const {
  std::uint64_t bytes = 0;
  for (const ParquetFile& file : files_) bytes += file.identity().size;
  return "parquet, " + std::to_string(files_.size()) + (files_.size() == 1 ? " file, " : " files, ") +
         format_byte_size(bytes);
}

const Scalar* ParquetSource::key_value(const ParquetStrip& strip, std::string_view name) const {
  const auto key = std::ranges::find(keys_, name, &Field::name);
  if (key == keys_.end()) return nullptr;
  return &key_values_[strip.file][static_cast<std::size_t>(key - keys_.begin())];
}

ColumnBounds ParquetSource::bounds(const ParquetStrip& strip, const parquet::FileMetaData& metadata,
                                   const std::string& column) const {
  const std::uint64_t rows = file(strip).row_groups()[static_cast<std::size_t>(strip.row_group)].rows;
  if (const Scalar* key = key_value(strip, column)) return ColumnBounds::constant(*key, rows);
  const ParquetColumn* stored = file(strip).columns()->find(column);
  if (stored == nullptr && schema_->find(column)) return ColumnBounds::constant(Scalar(), rows);
  if (stored == nullptr) return {};
  return column_bounds(*metadata.RowGroup(strip.row_group), *stored);
}

bool ParquetSource::strip_excluded(const ParquetStrip& strip, const parquet::FileMetaData& metadata,
                                   const std::vector<PrunePredicate>& predicates) const {
  const BoundsOf bounds_of = [&](const std::string& column) { return bounds(strip, metadata, column); };
  return guarded("cannot read the Parquet file " + file(strip).path(), [&] {
    return std::ranges::any_of(
        predicates, [&](const PrunePredicate& predicate) { return ruled_out(predicate, bounds_of); });
  });
}

bool ParquetSource::excluded(std::size_t index, const ScanRequest& request) const {
  const auto all = strips(index);
  if (request.prune.empty() || all.empty()) return false;
  // A partition lies in one file. Its footer may have to be read again, which its keys can save.
  if (excluded_by(keys_, key_values_[all.front().file], request.prune)) return true;
  std::shared_ptr<parquet::FileMetaData> metadata;
  std::size_t file_of_metadata = files_.size();
  return std::ranges::all_of(all, [&](const ParquetStrip& strip) {
    if (strip.file != file_of_metadata) metadata = file(strip).metadata();
    file_of_metadata = strip.file;
    return strip_excluded(strip, *metadata, request.prune);
  });
}

std::optional<ValueRange> ParquetSource::value_range(const std::string& column) const {
  ValueRange range;
  if (!schema_->find(column)) return std::nullopt;
  const DataType& type = schema_->field(schema_->index_of(column)).type;
  // The digits of decimals have no order as text.
  if (type.id() == TypeId::kDecimal128) return std::nullopt;
  const std::size_t step = strips_.size() / kRangeSample + 1;
  for (std::size_t i = 0; i < strips_.size(); i += step) {
    // A guess is not worth reading a footer again.
    if (!file(strips_[i]).keeps_metadata()) continue;
    const ColumnBounds found = guarded("cannot read the Parquet file " + file(strips_[i]).path(), [&] {
      return bounds(strips_[i], *file(strips_[i]).metadata(), column);
    });
    if (found.least.is_null() || found.greatest.is_null() || found.least.type() != type) continue;
    if (range.least.is_null() || found.least.storage() < range.least.storage()) range.least = found.least;
    if (range.greatest.is_null() || range.greatest.storage() < found.greatest.storage()) {
      range.greatest = found.greatest;
    }
  }
  if (range.least.is_null()) return std::nullopt;
  return range;
}

std::unique_ptr<PartitionReader> ParquetSource::open(std::size_t index, const ScanRequest& request) const {
  return make_parquet_reader(shared_from_this(), index, request);
}

std::shared_ptr<const Source> open_parquet_source(const std::vector<std::string>& paths,
                                                  const ParquetReadOptions& options,
                                                  const KeyConditions& where, KeyTypes key_types) {
  const std::vector<DataFile> files = list_parquet_files(paths, options.hive_partitioning);
  return std::make_shared<const ParquetSource>(files, key_columns(files, key_types), options, where);
}

}  // namespace treadle::io

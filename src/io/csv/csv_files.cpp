#include "io/csv/csv_files.h"

#include <unordered_set>
#include <utility>

#include "treadle/error.h"

namespace treadle::csv {
namespace {

constexpr std::size_t kHeaderPiece = 16 << 10;
// Headers read to learn the columns; of more files some are looked at, evenly spread.
constexpr std::size_t kMostHeaders = 1024;

io::Encoding encoding_of(const io::FileIdentity& identity, CsvOptions::Compression compression) {
  switch (compression) {
    case CsvOptions::Compression::kNone:
      return io::Encoding::kPlain;
    case CsvOptions::Compression::kGzip:
      return io::Encoding::kGzip;
    case CsvOptions::Compression::kZstd:
      return io::Encoding::kZstd;
    case CsvOptions::Compression::kAuto:
      break;
  }
  return io::detect_encoding(io::File(identity));
}

std::vector<CsvFile> look_at(const std::vector<std::string>& paths, CsvOptions::Compression compression) {
  if (paths.empty()) throw InvalidArgument("csv: expected at least one file, found none");
  std::vector<CsvFile> files;
  for (const std::string& path : paths) {
    io::FileIdentity identity = io::FileIdentity::of(path);
    const io::Encoding encoding = encoding_of(identity, compression);
    files.push_back({std::move(identity), encoding});
  }
  return files;
}

}  // namespace

CsvFiles::CsvFiles(std::vector<std::string> paths, CsvOptions options)
    : options_(std::move(options)),
      dialect_(options_),
      nulls_(options_.null_values, options_.quoted_nulls),
      files_(look_at(paths, options_.compression)),
      columns_(files_.size()) {
  const FileLayout layout = read_layout_of(0);
  if (layout.names.empty()) {
    throw ParseError(
        {files_[0].identity.path, 0, 0},
        std::string("expected ") + (options_.header ? "a header" : "rows") + ", found an empty file");
  }
  names_.all = unique_names(layout.names);
  names_.num_first = names_.all.size();
  if (finds_columns_by_name()) add_names_of_later_files();
}

FileLayout CsvFiles::read_layout_of(std::size_t file) const {
  LineWalk lines = walk(file, kHeaderPiece);
  return read_layout(files_[file].identity.path, options_, lines);
}

void CsvFiles::add_names_of_later_files() {
  std::unordered_set<std::string> known(names_.all.begin(), names_.all.end());
  // The last file, which is the newest by the usual names, is always looked at.
  const std::size_t step = (files_.size() + kMostHeaders - 1) / kMostHeaders;
  const std::size_t rest = (files_.size() - 1) % step;
  for (std::size_t file = rest == 0 ? step : rest; file < files_.size(); file += step) {
    for (std::string& name : unique_names(read_layout_of(file).names)) {
      if (known.insert(name).second) names_.all.push_back(std::move(name));
    }
  }
}

std::uint64_t CsvFiles::total_bytes() const noexcept {
  std::uint64_t bytes = 0;
  for (const CsvFile& file : files_) bytes += file.identity.size;
  return bytes;
}

RowShape CsvFiles::shape(std::size_t num_fields) const {
  const bool fills = options_.short_records == CsvOptions::ShortRecords::kFill;
  const bool cuts = options_.long_records == CsvOptions::LongRecords::kCut;
  return {dialect_, num_fields, options_.skip_blank_lines, {}, fills, cuts};
}

LineWalk CsvFiles::walk(std::size_t file, std::size_t piece) const {
  const std::shared_ptr<io::ByteStream> stream =
      io::open_stream(io::File(files_[file].identity), files_[file].encoding);
  auto read = [stream](std::uint8_t* to, std::size_t size) { return stream->read(to, size); };
  return LineWalk(dialect_, std::move(read), piece);
}

std::shared_ptr<const FileColumns> CsvFiles::columns(std::size_t file) const {
  {
    const std::lock_guard lock(mutex_);
    if (columns_[file] != nullptr) return columns_[file];
  }
  auto read = std::make_shared<const FileColumns>(read_columns(file));
  const std::lock_guard lock(mutex_);
  return columns_[file] = std::move(read);
}

FileColumns CsvFiles::read_columns(std::size_t file) const {
  const std::string& path = files_[file].identity.path;
  const FileLayout layout = read_layout_of(file);
  FileColumns columns;
  columns.first_row = layout.first_row;
  columns.num_fields = layout.names.size();
  columns.empty = layout.empty;
  if (layout.empty && (file == 0 || !options_.header || options_.bad_rows == CsvOptions::BadRows::kSkip))
    return columns;
  if (layout.empty) throw ParseError({path, 0, 0}, "expected a header, found an empty file");
  // What was taken for columns is only the file's first record.
  if (!finds_columns_by_name() && shape(names_.all.size()).takes(columns.num_fields)) {
    columns.num_fields = names_.all.size();
    return columns;
  }
  columns.places = match_columns(path, layout, files_[0].identity.path, names_, finds_columns_by_name());
  return columns;
}

}  // namespace treadle::csv

#include "io/csv/sample.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "io/csv/bad_input.h"
#include "io/csv/date_guess.h"
#include "io/csv/fields.h"
#include "io/csv/first_line.h"
#include "io/csv/infer.h"
#include "io/csv/utf8.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

constexpr std::size_t kPlaces = 16;
constexpr std::size_t kPlaceBytes = 32 << 10;
// Wide records: at least this many a place, as long as they stay within the larger bound.
constexpr std::size_t kLeastRows = 4;
constexpr std::size_t kMostPlaceBytes = 1 << 20;

/// What is looked at for one column.
struct ColumnSample {
  Kind kind = Kind::kNone;
  std::optional<DateGuess> dates;

  void see(std::string_view value, bool infer_dates) {
    if (dates) dates->see(value);
    if (kind != Kind::kText) kind = join(kind, kind_of(value, infer_dates || dates.has_value()));
  }
};

class Sampling {
 public:
  Sampling(const CsvFiles& files, std::vector<ColumnSample>& columns) : files_(files), columns_(columns) {}

  void run() {
    const std::uint64_t total = files_.total_bytes();
    const bool small = total <= kPlaces * kPlaceBytes;
    const std::size_t places = small ? files_.files().size() : kPlaces;
    std::optional<std::size_t> last_file;
    for (std::size_t place = 0; place < places; ++place) {
      std::uint64_t at = small ? 0 : total / kPlaces * place;
      std::size_t file = small ? place : 0;
      while (!small && at >= files_.files()[file].identity.size) at -= files_.files()[file++].identity.size;
      const bool compressed = files_.files()[file].encoding != io::Encoding::kPlain;
      // A stream can only be sampled where it begins.
      if (compressed && last_file == file) continue;
      last_file = file;
      look(file, compressed ? 0 : at, small ? kPlaces * kPlaceBytes : kPlaceBytes);
    }
  }

 private:
  void look(std::size_t file, std::uint64_t at, std::uint64_t bytes) {
    const std::shared_ptr<const FileColumns> layout = files_.columns(file);
    if (layout->empty) return;
    if (at <= layout->first_row) {
      LineWalk lines = files_.walk(file, kPlaceBytes);
      lines.skip_to(layout->first_row);
      take(lines, *layout, bytes);
      return;
    }
    const io::File open(files_.files()[file].identity);
    const std::optional<std::uint64_t> first = guess_first_line(open, at, files_.shape(layout->num_fields));
    if (!first) return;
    LineWalk lines = walk_file(open, files_.dialect(), *first, open.size(), kPlaceBytes);
    take(lines, *layout, bytes);
  }

  void take(LineWalk& lines, const FileColumns& layout, std::uint64_t bytes) {
    LineWalk::Line line;
    const std::uint64_t begin = lines.offset();
    const RowShape shape = files_.shape(layout.num_fields);
    for (std::size_t rows = 0;; ++rows) {
      const std::uint64_t walked = lines.offset() - begin;
      if (walked >= bytes && (rows >= kLeastRows || walked >= kMostPlaceBytes)) return;
      if (!lines.next_record(line)) return;
      if (shape.takes(line.num_fields)) see(lines, line, layout);
    }
  }

  void see(const LineWalk& lines, const LineWalk::Line& line, const FileColumns& layout) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].kind == Kind::kText && !columns_[i].dates) continue;
      if (layout.place(i) >= line.num_fields) continue;  // kMissingColumn among others
      const FieldText value = decode_field(files_.dialect(), lines.field(line, layout.place(i)), scratch_);
      if (!files_.nulls().is_null_value(value)) columns_[i].see(value.text, files_.options().infer_dates);
    }
  }

  const CsvFiles& files_;
  std::vector<ColumnSample>& columns_;
  std::string scratch_;
};

void settle_dates(const std::string& name, const ColumnSample& sample, const std::string& given,
                  std::size_t i, SampledColumns& out) {
  const DateGuess& guess = *sample.dates;
  if (given.empty() && !guess.fits()) {
    throw InvalidArgument("csv: parse_dates: expected column " + name + " to hold dates of one form, found " +
                          quoted(guess.odd_value()) + "; say which by date_format");
  }
  const std::string format = given.empty() ? guess.format() : given;
  if (format.empty()) {
    const Kind kind = sample.kind == Kind::kNone || sample.kind == Kind::kText ? Kind::kMicros : sample.kind;
    out.fields[i].type = type_of(kind);
    out.fields[i].sampled = true;
    return;
  }
  out.fixed[i] = true;
  const DateFormat parsed(format);
  out.formats[i].date_format = format;
  if (!parsed.has_clock()) {
    out.fields[i].type = TypeId::kDate;
  } else {
    out.fields[i].type = DataType::timestamp(TimeUnit::kMicro, parsed.has_zone() ? "UTC" : "");
  }
}

void check_type_without_values(const DataType& type) {
  if (type.id() == TypeId::kUtf8 || type.id() == TypeId::kFloat64) return;
  throw InvalidArgument("csv: type_without_values must be utf8 or float64; it is " + type.to_string());
}

}  // namespace

SampledColumns sample_columns(const CsvFiles& files) {
  const CsvOptions& options = files.options();
  check_type_without_values(options.type_without_values);
  SampledColumns out;
  for (const std::string& name : files.names()) {
    out.fields.push_back({name, TypeId::kUtf8, false});
  }
  out.formats.resize(out.fields.size());
  out.fixed.resize(out.fields.size());
  const Schema schema(out.fields);
  std::vector<ColumnSample> samples(out.fields.size());
  for (const std::string& name : options.parse_dates) samples[schema.index_of(name)].dates.emplace();
  Sampling(files, samples).run();

  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (samples[i].dates) {
      settle_dates(out.fields[i].name, samples[i], options.date_format, i, out);
    } else {
      const bool without_values = samples[i].kind == Kind::kNone;
      out.fields[i].type = without_values ? options.type_without_values : type_of(samples[i].kind);
      out.fields[i].sampled = out.fields[i].type.id() != TypeId::kUtf8;
    }
  }
  for (const auto& [name, type] : options.dtypes) {
    const std::size_t i = schema.index_of(name);
    out.fields[i] = {name, type, false};
    out.fixed[i] = true;
    if (!type.is_temporal()) out.formats[i] = {};
    make_column_builder(type, out.formats[i], files.nulls());  // throws if there is none
  }
  return out;
}

}  // namespace treadle::csv

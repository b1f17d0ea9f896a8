#include "jobs/source.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "jobs/fault.h"
#include "treadle/ndjson.h"
#include "treadle/sql.h"

namespace treadle::jobs {
namespace {

template <class Options>
struct SourceOption {
  std::string_view key;
  void (*set)(Options&, const JsonReader&);
};

template <class Options>
void set_dtypes(Options& options, const JsonReader& value) {
  for (const auto& [column, type] : value.members()) {
    options.dtypes[column] =
        at(type.pointer(), [&type = type] { return DataType::from_string(type.text()); });
  }
}

template <class Options>
void set_bad_rows(Options& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"error", "skip"};
  options.bad_rows = value.choice(kChoices) == 0 ? CsvOptions::BadRows::kError : CsvOptions::BadRows::kSkip;
}

void set_short_records(CsvOptions& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"error", "fill"};
  options.short_records = static_cast<CsvOptions::ShortRecords>(value.choice(kChoices));
}

void set_long_records(CsvOptions& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"error", "cut"};
  options.long_records = static_cast<CsvOptions::LongRecords>(value.choice(kChoices));
}

template <class Options>
void set_compression(Options& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 4> kChoices = {"auto", "none", "gzip", "zstd"};
  options.compression = static_cast<CsvOptions::Compression>(value.choice(kChoices));
}

template <class Options>
void set_max_rows(Options& options, const JsonReader& value) {
  options.max_rows = static_cast<std::uint64_t>(value.whole_number(0));
}

template <class Options>
void set_partition_bytes(Options& options, const JsonReader& value) {
  options.partition_bytes = value.byte_size();
}

constexpr std::array<SourceOption<CsvOptions>, 23> kCsvOptions = {{
    {"bad_rows", set_bad_rows},
    {"comment", [](CsvOptions& o, const JsonReader& v) { o.comment = v.character(); }},
    {"compression", set_compression},
    {"date_format", [](CsvOptions& o, const JsonReader& v) { o.date_format = v.text(); }},
    {"delimiter", [](CsvOptions& o, const JsonReader& v) { o.delimiter = v.character(); }},
    {"dtypes", set_dtypes},
    {"escape", [](CsvOptions& o, const JsonReader& v) { o.escape = v.character(); }},
    {"header", [](CsvOptions& o, const JsonReader& v) { o.header = v.boolean(); }},
    {"infer_dates", [](CsvOptions& o, const JsonReader& v) { o.infer_dates = v.boolean(); }},
    {"long_records", set_long_records},
    {"max_rows", set_max_rows},
    {"names", [](CsvOptions& o, const JsonReader& v) { o.names = v.texts(); }},
    {"null_values", [](CsvOptions& o, const JsonReader& v) { o.null_values = v.texts(); }},
    {"parse_dates", [](CsvOptions& o, const JsonReader& v) { o.parse_dates = v.texts(); }},
    {"partition_bytes", set_partition_bytes},
    {"quote", [](CsvOptions& o, const JsonReader& v) { o.quote = v.character(); }},
    {"quoted_nulls", [](CsvOptions& o, const JsonReader& v) { o.quoted_nulls = v.boolean(); }},
    {"short_records", set_short_records},
    {"skip_blank_lines", [](CsvOptions& o, const JsonReader& v) { o.skip_blank_lines = v.boolean(); }},
    {"skip_lines", [](CsvOptions& o,
                      const JsonReader& v) { o.skip_lines = static_cast<std::uint64_t>(v.whole_number(0)); }},
    {"skip_rows",
     [](CsvOptions& o, const JsonReader& v) { o.skip_rows = static_cast<std::uint64_t>(v.whole_number(0)); }},
    {"spaces_are_blank", [](CsvOptions& o, const JsonReader& v) { o.spaces_are_blank = v.boolean(); }},
    {"type_without_values",
     [](CsvOptions& o, const JsonReader& v) {
       o.type_without_values = at(v.pointer(), [&] { return DataType::from_string(v.text()); });
     }},
}};

void set_unknown_keys(NdjsonOptions& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"error", "ignore"};
  options.unknown_keys = static_cast<NdjsonOptions::UnknownKeys>(value.choice(kChoices));
}

constexpr std::array<SourceOption<NdjsonOptions>, 7> kNdjsonOptions = {{
    {"bad_rows", set_bad_rows},
    {"columns", [](NdjsonOptions& o, const JsonReader& v) { o.columns = v.texts(); }},
    {"compression", set_compression},
    {"dtypes", set_dtypes},
    {"max_rows", set_max_rows},
    {"partition_bytes", set_partition_bytes},
    {"unknown_keys", set_unknown_keys},
}};

[[noreturn]] void fail_option(const JsonReader& value, const std::string& key, const char* format) {
  fail(value.pointer(), "\"" + key + "\" is no option of " + format);
}

/// The options beside the key that names the files, each by its line in a table.
template <class Options, std::size_t kCount>
Options read_options(const JsonReader& source, std::string_view files,
                     const std::array<SourceOption<Options>, kCount>& known, const char* format) {
  Options options;
  for (const auto& [key, value] : source.members()) {
    if (key == files) continue;
    const auto option =
        std::find_if(known.begin(), known.end(), [&k = key](const auto& o) { return o.key == k; });
    if (option == known.end()) fail_option(value, key, format);
    option->set(options, value);
  }
  return options;
}

DataFrame read_csv_source(const JsonReader& source) {
  const CsvOptions options = read_options(source, "csv", kCsvOptions, "CSV files");
  const JsonReader files = source.at("csv");
  return at(files.pointer(), [&] {
    return files.value().is_string() ? read_csv(files.text(), options) : read_csv(files.texts(), options);
  });
}

DataFrame read_ndjson_source(const JsonReader& source) {
  const NdjsonOptions options = read_options(source, "ndjson", kNdjsonOptions, "files of JSON lines");
  const JsonReader files = source.at("ndjson");
  return at(files.pointer(), [&] {
    return files.value().is_string() ? read_ndjson(files.text(), options)
                                     : read_ndjson(files.texts(), options);
  });
}

DataFrame read_parquet_source(const JsonReader& source) {
  ParquetReadOptions options;
  for (const auto& [key, value] : source.members()) {
    if (key == "hive_partitioning")
      options.hive_partitioning = value.boolean();
    else if (key == "partition_bytes")
      options.partition_bytes = value.byte_size();
    else if (key != "parquet")
      fail_option(value, key, "Parquet files");
  }
  const JsonReader files = source.at("parquet");
  return at(files.pointer(), [&] { return read_parquet(files.text(), options); });
}

DataFrame read_sql_source(const JsonReader& source) {
  for (const auto& [key, value] : source.members()) {
    if (key != "sql") fail_option(value, key, "a query");
  }
  const JsonReader text = source.at("sql");
  return at(text.pointer(), [&] { return query(text.text()); });
}

}  // namespace

DataFrame read_source(const JsonReader& source) {
  source.expect("source");
  constexpr std::array<std::pair<const char*, DataFrame (*)(const JsonReader&)>, 4> kFormats = {{
      {"csv", read_csv_source},
      {"ndjson", read_ndjson_source},
      {"parquet", read_parquet_source},
      {"sql", read_sql_source},
  }};
  const auto is_there = [&](const auto& format) { return source.has(format.first); };
  const auto found = std::ranges::count_if(kFormats, is_there);
  if (found == 1) return std::ranges::find_if(kFormats, is_there)->second(source);
  fail(source.pointer(), "one of the keys \"csv\", \"ndjson\", \"parquet\" and \"sql\" is expected, found " +
                             std::to_string(found));
}

}  // namespace treadle::jobs

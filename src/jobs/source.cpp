#include "jobs/source.h"

#include <algorithm>
#include <array>

#include "jobs/fault.h"
#include "treadle/sql.h"

namespace treadle::jobs {
namespace {

struct CsvOption {
  std::string_view key;
  void (*set)(CsvOptions&, const JsonReader&);
};

void set_dtypes(CsvOptions& options, const JsonReader& value) {
  for (const auto& [column, type] : value.members()) {
    options.dtypes[column] =
        at(type.pointer(), [&type = type] { return DataType::from_string(type.text()); });
  }
}

void set_bad_rows(CsvOptions& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 2> kChoices = {"error", "skip"};
  options.bad_rows = value.choice(kChoices) == 0 ? CsvOptions::BadRows::kError : CsvOptions::BadRows::kSkip;
}

void set_compression(CsvOptions& options, const JsonReader& value) {
  constexpr std::array<std::string_view, 4> kChoices = {"auto", "none", "gzip", "zstd"};
  options.compression = static_cast<CsvOptions::Compression>(value.choice(kChoices));
}

constexpr std::array<CsvOption, 18> kCsvOptions = {{
    {"bad_rows", set_bad_rows},
    {"comment", [](CsvOptions& o, const JsonReader& v) { o.comment = v.character(); }},
    {"compression", set_compression},
    {"date_format", [](CsvOptions& o, const JsonReader& v) { o.date_format = v.text(); }},
    {"delimiter", [](CsvOptions& o, const JsonReader& v) { o.delimiter = v.character(); }},
    {"dtypes", set_dtypes},
    {"escape", [](CsvOptions& o, const JsonReader& v) { o.escape = v.character(); }},
    {"header", [](CsvOptions& o, const JsonReader& v) { o.header = v.boolean(); }},
    {"infer_dates", [](CsvOptions& o, const JsonReader& v) { o.infer_dates = v.boolean(); }},
    {"max_rows",
     [](CsvOptions& o, const JsonReader& v) { o.max_rows = static_cast<std::uint64_t>(v.whole_number(0)); }},
    {"names", [](CsvOptions& o, const JsonReader& v) { o.names = v.texts(); }},
    {"null_values", [](CsvOptions& o, const JsonReader& v) { o.null_values = v.texts(); }},
    {"parse_dates", [](CsvOptions& o, const JsonReader& v) { o.parse_dates = v.texts(); }},
    {"partition_bytes", [](CsvOptions& o, const JsonReader& v) { o.partition_bytes = v.byte_size(); }},
    {"quote", [](CsvOptions& o, const JsonReader& v) { o.quote = v.character(); }},
    {"skip_blank_lines", [](CsvOptions& o, const JsonReader& v) { o.skip_blank_lines = v.boolean(); }},
    {"skip_lines", [](CsvOptions& o,
                      const JsonReader& v) { o.skip_lines = static_cast<std::uint64_t>(v.whole_number(0)); }},
    {"skip_rows",
     [](CsvOptions& o, const JsonReader& v) { o.skip_rows = static_cast<std::uint64_t>(v.whole_number(0)); }},
}};

[[noreturn]] void fail_option(const JsonReader& value, const std::string& key, const char* format) {
  fail(value.pointer(), "\"" + key + "\" is no option of " + format);
}

DataFrame read_csv_source(const JsonReader& source) {
  CsvOptions options;
  for (const auto& [key, value] : source.members()) {
    if (key == "csv") continue;
    const auto option = std::find_if(kCsvOptions.begin(), kCsvOptions.end(),
                                     [&k = key](const auto& o) { return o.key == k; });
    if (option == kCsvOptions.end()) fail_option(value, key, "CSV files");
    option->set(options, value);
  }
  const JsonReader files = source.at("csv");
  return at(files.pointer(), [&] {
    return files.value().is_string() ? read_csv(files.text(), options) : read_csv(files.texts(), options);
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
  const int formats = source.has("csv") + source.has("parquet") + source.has("sql");
  if (formats != 1)
    fail(source.pointer(),
         "one of the keys \"csv\", \"parquet\" and \"sql\" is expected, found " + std::to_string(formats));
  if (source.has("csv")) return read_csv_source(source);
  return source.has("parquet") ? read_parquet_source(source) : read_sql_source(source);
}

}  // namespace treadle::jobs

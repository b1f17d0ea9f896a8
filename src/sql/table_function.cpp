#include "sql/table_function.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <memory>
#include <utility>

#include "base/nearest_name.h"
#include "columnar/batch.h"
#include "columnar/scalar_column.h"
#include "sql/table_options.h"
#include "treadle/error.h"
#include "treadle/ndjson.h"

namespace treadle::sql {
namespace {

struct TableFunction {
  std::string_view name;
  DataFrame (*read)(TableOptions& options);
};

// Types by DuckDB's names, or by Treadle's own.
DataType named_type(const std::string& name) {
  static constexpr std::array<std::pair<std::string_view, TypeId>, 18> kNames = {{
      {"BIGINT", TypeId::kInt64},
      {"BOOLEAN", TypeId::kBool},
      {"BOOL", TypeId::kBool},
      {"DATE", TypeId::kDate},
      {"DOUBLE", TypeId::kFloat64},
      {"FLOAT", TypeId::kFloat32},
      {"INT", TypeId::kInt32},
      {"INTEGER", TypeId::kInt32},
      {"REAL", TypeId::kFloat32},
      {"SMALLINT", TypeId::kInt16},
      {"STRING", TypeId::kUtf8},
      {"TEXT", TypeId::kUtf8},
      {"TINYINT", TypeId::kInt8},
      {"UBIGINT", TypeId::kUInt64},
      {"UINTEGER", TypeId::kUInt32},
      {"USMALLINT", TypeId::kUInt16},
      {"UTINYINT", TypeId::kUInt8},
      {"VARCHAR", TypeId::kUtf8},
  }};
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  const auto found = std::ranges::find(kNames, upper, &std::pair<std::string_view, TypeId>::first);
  if (found != kNames.end()) return found->second;
  if (upper == "TIMESTAMP" || upper == "DATETIME") return DataType::timestamp(TimeUnit::kMicro);
  return DataType::from_string(name);
}

char character(const std::string& text, const char* option) {
  if (text == "\\t") return '\t';
  if (text.size() == 1) return text[0];
  throw InvalidArgument(std::string("read_csv(): ") + option + " is one character, found '" + text + "'");
}

void read_names_and_types(TableOptions& given, CsvOptions& options) {
  if (const auto names = given.texts({"names", "column_names"})) options.names = *names;
  if (const auto columns = given.pairs({"columns"})) {
    options.names.clear();
    for (const auto& [name, type] : *columns) {
      options.names.push_back(name);
      options.dtypes[name] = named_type(type);
    }
  }
  if (const auto types = given.pairs({"types", "dtypes", "column_types"})) {
    for (const auto& [name, type] : *types) options.dtypes[name] = named_type(type);
  }
}

DataFrame csv(TableOptions& given) {
  CsvOptions options;
  if (const auto text = given.text_of({"delim", "sep", "delimiter"}))
    options.delimiter = character(*text, "delim");
  if (const auto text = given.text_of({"quote"}))
    options.quote = text->empty() ? '\0' : character(*text, "quote");
  if (const auto text = given.text_of({"escape"}))
    options.escape = text->empty() ? '\0' : character(*text, "escape");
  if (const auto text = given.text_of({"comment"}))
    options.comment = text->empty() ? '\0' : character(*text, "comment");
  if (const auto header = given.flag({"header"})) options.header = *header;
  if (const auto skip = given.number({"skip"})) options.skip_lines = static_cast<std::uint64_t>(*skip);
  if (const auto nulls = given.texts({"nullstr", "null"})) options.null_values = *nulls;
  if (const auto format = given.text_of({"dateformat", "date_format"})) options.date_format = *format;
  if (given.flag({"ignore_errors"}).value_or(false)) options.bad_rows = CsvOptions::BadRows::kSkip;
  read_names_and_types(given, options);
  const bool all_text = given.flag({"all_varchar"}).value_or(false);
  given.ignore({"auto_detect", "sample_size", "parallel", "union_by_name", "max_line_size", "buffer_size"});
  given.check_all_known();
  const std::vector<std::string> paths = given.paths();
  if (!all_text) return treadle::read_csv(paths, options);
  const Schema schema = treadle::read_csv(paths, options).schema();
  for (const Field& field : schema.fields()) options.dtypes[field.name] = TypeId::kUtf8;
  return treadle::read_csv(paths, options);
}

DataFrame ndjson(TableOptions& given) {
  NdjsonOptions options;
  if (const auto columns = given.pairs({"columns"})) {
    for (const auto& [name, type] : *columns) {
      options.columns.push_back(name);
      options.dtypes[name] = named_type(type);
    }
  }
  if (given.flag({"ignore_errors"}).value_or(false)) options.bad_rows = NdjsonOptions::BadRows::kSkip;
  const std::string format = given.text_of({"format"}).value_or("auto");
  if (format != "auto" && format != "newline_delimited" && format != "nd") {
    throw InvalidArgument(given.function() + "(): format is 'newline_delimited', found '" + format + '\'');
  }
  given.ignore({"auto_detect", "sample_size", "union_by_name", "maximum_object_size"});
  given.check_all_known();
  return treadle::read_ndjson(given.paths(), options);
}

DataFrame parquet(TableOptions& given) {
  ParquetReadOptions options;
  if (const auto hive = given.flag({"hive_partitioning"})) options.hive_partitioning = *hive;
  given.ignore({"union_by_name", "binary_as_string"});
  given.check_all_known();
  std::vector<DataFrame> frames;
  for (const std::string& path : given.paths()) frames.push_back(treadle::read_parquet(path, options));
  return frames.size() == 1 ? frames[0] : concat(frames);
}

constexpr std::int64_t kMostNumbers = 100'000'000;

// Whole numbers from `first` to before `end`.
DataFrame numbers(const std::string& name, std::int64_t first, std::int64_t end, std::int64_t step) {
  const auto between = static_cast<double>(end) - static_cast<double>(first);
  const double wanted = std::max(0.0, std::ceil(between / static_cast<double>(step)));
  if (wanted > static_cast<double>(kMostNumbers)) {
    throw InvalidArgument(name + "() makes at most " + std::to_string(kMostNumbers) + " numbers");
  }
  const auto rows = static_cast<std::int64_t>(wanted);
  BufferBuilder out(static_cast<std::size_t>(rows) * sizeof(std::int64_t));
  for (std::int64_t i = 0; i < rows; ++i) out.as<std::int64_t>()[i] = first + i * step;
  const Schema schema({Field{name, TypeId::kInt64}});
  std::vector<columnar::Column> columns;
  columns.emplace_back(DataType(TypeId::kInt64), columnar::Layout::kPlain, rows, nullptr, out.finish());
  return DataFrame(
      Table(schema, {columnar::Batch(std::make_shared<const Schema>(schema), std::move(columns), rows)}));
}

std::vector<std::int64_t> bounds(TableOptions& given) {
  given.check_all_known();
  std::vector<std::int64_t> out;
  for (const Json* tree : given.values()) {
    const Scalar value = given.literal_of(*tree, "a whole number");
    const auto* number = std::get_if<std::int64_t>(&value.storage());
    if (number == nullptr) given.fail(*tree, "a whole number is expected");
    out.push_back(*number);
  }
  if (out.empty() || out.size() > 3)
    throw InvalidArgument(given.function() + "() takes 1 to 3 numbers, found " + std::to_string(out.size()));
  if (out.size() == 1) out.insert(out.begin(), 0);
  if (out.size() == 2) out.push_back(1);
  if (out[2] == 0) throw InvalidArgument(given.function() + "() takes a step that is not 0");
  return out;
}

DataFrame range(TableOptions& given) {
  const std::vector<std::int64_t> at = bounds(given);
  return numbers("range", at[0], at[1], at[2]);
}

// The same with the end among them.
DataFrame series(TableOptions& given) {
  const std::vector<std::int64_t> at = bounds(given);
  return numbers("generate_series", at[0], at[1] + (at[2] > 0 ? 1 : -1), at[2]);
}

// DuckDB's names.
constexpr std::array<TableFunction, 11> kTableFunctions = {{{"generate_series", series},
                                                            {"parquet_scan", parquet},
                                                            {"range", range},
                                                            {"read_csv", csv},
                                                            {"read_csv_auto", csv},
                                                            {"read_json", ndjson},
                                                            {"read_json_auto", ndjson},
                                                            {"read_ndjson", ndjson},
                                                            {"read_ndjson_auto", ndjson},
                                                            {"read_parquet", parquet},
                                                            {"scan_parquet", parquet}}};

const TableFunction& find(const std::string& name, std::size_t location, const QueryText& text) {
  const auto found = std::ranges::find(kTableFunctions, name, &TableFunction::name);
  if (found != kTableFunctions.end()) return *found;
  std::vector<std::string> names;
  for (const TableFunction& known : kTableFunctions) names.emplace_back(known.name);
  text.fail(location, "unknown function of a table \"" + name + '"' + nearest_hint(name, names) +
                          ": read_csv(), read_parquet() or read_ndjson() is expected");
}

// FROM f(x): [[call, columns]]; ROWS FROM (f(x), g(x)) has several.
ParseNode only_call(const ParseNode& source, const QueryText& text) {
  const Json& functions = source.at("functions");
  if (functions.size() != 1) text.fail_unsupported(source.location(), "ROWS FROM");
  const ParseNode list(functions[0]);
  const ParseNode call(list.at("items")[0]);
  if (!call.is("FuncCall")) text.fail_unsupported(source.location(), "this kind of table");
  return call;
}

}  // namespace

TableReference resolve_table_function(const ParseNode& source, const QueryText& text) {
  const ParseNode call = only_call(source, text);
  const std::string name = last_name(call.at("funcname"));
  const TableFunction& function = find(name, call.location(), text);
  TableOptions options(call, text);
  if (function.read != range && function.read != series && options.values().size() != 1)
    text.fail(call.location(), name + "() expects the name of a file in single quotes, or a list of them");
  return {function.read(options), name};
}

}  // namespace treadle::sql

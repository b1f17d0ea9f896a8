#include "jobs/json_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/byte_size.h"
#include "base/nearest_name.h"
#include "jobs/fault.h"

namespace treadle::jobs {
namespace {

TextPosition position_of(std::string_view text, std::size_t offset, const std::string& file) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  TextPosition position;
  position.file = file;
  position.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  position.column = 1 + before.size() - (before.rfind('\n') + 1);
  return position;
}

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..." from "syntax
// error" on.
std::string reason(std::string_view message) {
  for (const std::string_view before : {": ", "] "}) {
    const std::size_t at = message.find(before);
    if (at != std::string_view::npos)
      return "JSON is expected: " + std::string(message.substr(at + before.size()));
  }
  return "JSON is expected: " + std::string(message);
}

constexpr std::array<std::string_view, 4> kJob = {"source", "steps", "sinks", "settings"};
constexpr std::array<std::string_view, 30> kSource = {"csv",
                                                      "ndjson",
                                                      "columns",
                                                      "unknown_keys",
                                                      "parquet",
                                                      "delimiter",
                                                      "quote",
                                                      "escape",
                                                      "comment",
                                                      "header",
                                                      "names",
                                                      "skip_lines",
                                                      "skip_rows",
                                                      "max_rows",
                                                      "null_values",
                                                      "dtypes",
                                                      "parse_dates",
                                                      "infer_dates",
                                                      "date_format",
                                                      "bad_rows",
                                                      "compression",
                                                      "skip_blank_lines",
                                                      "partition_bytes",
                                                      "hive_partitioning",
                                                      "sql",
                                                      "short_records",
                                                      "long_records",
                                                      "quoted_nulls",
                                                      "spaces_are_blank",
                                                      "type_without_values"};
constexpr std::array<std::string_view, 11> kStep = {"name", "filter", "select",   "with_columns",
                                                    "drop", "rename", "group_by", "agg",
                                                    "sort", "head",   "unique"};
constexpr std::array<std::string_view, 3> kSort = {"column", "descending", "nulls"};
constexpr std::array<std::string_view, 7> kSink = {"after",   "steps", "table", "max_rows",
                                                   "parquet", "csv",   "json"};
constexpr std::array<std::string_view, 5> kParquet = {"directory", "partition_on", "compression", "mode",
                                                      "row_group_rows"};
constexpr std::array<std::string_view, 2> kFile = {"file", "mode"};
constexpr std::array<std::string_view, 6> kSettings = {"threads",         "memory_limit", "working_memory",
                                                       "spill_directory", "engine",       "optimize"};
constexpr std::array<Shape, 8> kShapes = {{
    {"job", kJob},
    {"source", kSource},
    {"step", kStep},
    {"sort_column", kSort},
    {"sink", kSink},
    {"parquet_sink", kParquet},
    {"file_sink", kFile},
    {"settings", kSettings},
}};

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys;
  std::string repeated;
  const auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      repeated = parsed.get<std::string>();
    }
    return true;
  };
  try {
    Json job = Json::parse(text.begin(), text.end(), watch);
    if (!repeated.empty()) {
      const std::size_t last = text.rfind('"' + repeated + '"');
      throw ParseError(position_of(text, std::min(last, text.size()), file),
                       "the key \"" + repeated + "\" occurs twice in one object");
    }
    return job;
  } catch (const Json::parse_error& error) {
    throw ParseError(position_of(text, error.byte == 0 ? 0 : error.byte - 1, file), reason(error.what()));
  } catch (const Json::out_of_range& error) {
    // A number that no double holds; the message ends with its digits in quotes.
    const std::string message = error.what();
    const std::size_t begin = message.find('\'') + 1;
    const std::size_t at = text.find(message.substr(begin, message.rfind('\'') - begin));
    throw ParseError(position_of(text, at, file), reason(message));
  }
}

std::span<const Shape> shapes() { return kShapes; }

const Shape& shape(std::string_view name) {
  return *std::find_if(kShapes.begin(), kShapes.end(),
                       [&](const Shape& known) { return known.name == name; });
}

void JsonReader::fail_expected(std::string_view what) const {
  std::string found = value_->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (found.size() > 60) found = found.substr(0, 57) + "...";
  fail(pointer_, std::string(what) + " is expected, found " + found);
}

const JsonReader& JsonReader::expect(std::string_view shape_name) const {
  if (!value_->is_object()) fail_expected("an object");
  const Shape& wanted = shape(shape_name);
  for (const auto& [key, unused] : value_->items()) {
    if (std::find(wanted.keys.begin(), wanted.keys.end(), key) != wanted.keys.end()) continue;
    const std::vector<std::string> names(wanted.keys.begin(), wanted.keys.end());
    fail(child_pointer(pointer_, key), "unknown key \"" + key + '"' + nearest_hint(key, names));
  }
  return *this;
}

bool JsonReader::has(std::string_view key) const { return value_->is_object() && value_->contains(key); }

JsonReader JsonReader::at(std::string_view key) const {
  if (!has(key)) fail(pointer_.empty() ? "/" : pointer_, "the key \"" + std::string(key) + "\" is missing");
  return {value_->at(std::string(key)), child_pointer(pointer_, key)};
}

std::optional<JsonReader> JsonReader::find(std::string_view key) const {
  return has(key) ? std::optional(at(key)) : std::nullopt;
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
  if (!value_->is_object()) fail_expected("an object");
  std::vector<std::pair<std::string, JsonReader>> out;
  for (const auto& [key, value] : value_->items())
    out.emplace_back(key, JsonReader(value, child_pointer(pointer_, key)));
  return out;
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_->is_array()) fail_expected("a list");
  std::vector<JsonReader> out;
  for (std::size_t i = 0; i < value_->size(); ++i) out.emplace_back((*value_)[i], child_pointer(pointer_, i));
  return out;
}

std::string JsonReader::text() const {
  if (!value_->is_string()) fail_expected("text");
  return value_->get<std::string>();
}

bool JsonReader::boolean() const {
  if (!value_->is_boolean()) fail_expected("true or false");
  return value_->get<bool>();
}

std::int64_t JsonReader::whole_number(std::int64_t least, std::int64_t most) const {
  const std::string range =
      most == INT64_MAX ? "a whole number of at least " + std::to_string(least)
                        : "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (!value_->is_number_integer()) fail_expected(range);
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) fail_expected(range);
  const auto number = value_->get<std::int64_t>();
  if (number < least || number > most) fail_expected(range);
  return number;
}

char JsonReader::character() const {
  const std::string given = text();
  if (given.size() > 1) fail_expected("one character");
  return given.empty() ? '\0' : given.front();
}

std::size_t JsonReader::byte_size() const {
  if (value_->is_number()) return static_cast<std::size_t>(whole_number(1));
  if (!value_->is_string()) fail_expected("a number of bytes, or text such as \"64 MiB\"");
  return jobs::at(pointer_, [&] { return parse_byte_size(text()); });
}

std::vector<std::string> JsonReader::texts() const {
  if (value_->is_string()) return {text()};
  if (!value_->is_array()) fail_expected("text or a list of texts");
  std::vector<std::string> out;
  for (const JsonReader& item : items()) out.push_back(item.text());
  return out;
}

std::size_t JsonReader::choice(std::span<const std::string_view> choices) const {
  const auto found = std::find(choices.begin(), choices.end(), text());
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  std::string all;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    all += (i == 0 ? "\"" : i + 1 == choices.size() ? " or \"" : ", \"") + std::string(choices[i]) + '"';
  }
  fail_expected(all);
}

}  // namespace treadle::jobs

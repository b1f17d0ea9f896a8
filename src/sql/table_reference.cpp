#include "sql/table_reference.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "base/nearest_name.h"
#include "treadle/ndjson.h"

namespace treadle::sql {
namespace {

namespace fs = std::filesystem;

// ".csv" of "x/*.CSV.gz"
std::string format_suffix(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const char* packed : {".gz", ".zst"}) {
    if (name.ends_with(packed)) name.resize(name.size() - std::string_view(packed).size());
  }
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? std::string() : name.substr(dot);
}

// The first regular file tells the format of a folder; names decide, not the order in which the system lists
// them.
DataFrame read_folder(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !name.starts_with('.') && !name.starts_with('_')) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string suffix = format_suffix(name);
    if (suffix == ".csv" || suffix == ".tsv" || suffix == ".ndjson" || suffix == ".jsonl" ||
        suffix == ".json")
      return read_files((folder / std::string("*").append(name, name.find('.'))).string());
  }
  return read_parquet(folder.string());
}

DataFrame read_csv_with(const std::string& path, char delimiter) {
  CsvOptions options;
  options.delimiter = delimiter;
  return read_csv(path, options);
}

[[noreturn]] void throw_unknown_table(const std::string& name, const ParseNode& source, const QueryText& text,
                                      const NamedTables& tables) {
  std::vector<std::string> names;
  for (const auto& [known, unused] : tables) names.push_back(known);
  std::string message =
      text.place(source.location()) + "unknown table \"" + name + '"' + nearest_hint(name, names);
  if (names.empty()) message += ": a file's name in quotes is expected, such as FROM '" + name + ".csv'";
  throw NotFound(message + text.excerpt(source.location()));
}

}  // namespace

DataFrame read_files(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_folder(path);
  const std::string suffix = format_suffix(path);
  if (suffix == ".parquet" || suffix == ".pq") return read_parquet(path);
  if (suffix == ".csv" || suffix == ".txt") return read_csv_with(path, ',');
  if (suffix == ".tsv" || suffix == ".tab") return read_csv_with(path, '\t');
  if (suffix == ".ndjson" || suffix == ".jsonl" || suffix == ".json") return read_ndjson(path);
  throw InvalidArgument(
      "a file named .csv, .tsv, .txt, .json, .ndjson, .jsonl (also .gz or .zst), .parquet, or a folder is "
      "expected, "
      "found \"" +
      path + '"');
}

TableReference resolve_table(const ParseNode& source, const Environment& environment) {
  const QueryText& text = environment.text;
  const NamedTables& tables = environment.tables;
  const std::string relation = source.text("relname");
  const auto file = text.file_name(relation);
  const std::string spelled = text.spelled_name(source.location());
  const std::string name = file.value_or(spelled.empty() ? relation : spelled);
  if (!file) {
    for (const std::string& wanted : {name, relation}) {
      if (const auto found = tables.find(wanted); found != tables.end()) return {found->second, name};
    }
    if (name.find_first_of("./*") == std::string::npos) throw_unknown_table(name, source, text, tables);
  }
  const std::string last = name.substr(name.rfind('/') + 1);
  return {read_files(name), last.substr(0, last.find('.'))};
}

}  // namespace treadle::sql

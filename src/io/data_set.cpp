#include "io/data_set.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kEndings = {".parquet", ".parq", ".pq"};

bool is_hidden(const std::string& name) { return name.starts_with('.') || name.starts_with('_'); }

bool is_parquet(const std::string& name) {
  return std::ranges::any_of(kEndings, [&](std::string_view ending) { return name.ends_with(ending); });
}

[[noreturn]] void fail(const fs::path& directory, const std::error_code& error) {
  throw IoError::from_errno("cannot read the directory", directory.string(), error.value());
}

/// The files below `directory`, and how many others there are.
std::vector<std::string> files_below(const fs::path& directory, std::size_t& num_others) {
  std::vector<std::string> files;
  std::error_code error;
  auto entry =
      fs::recursive_directory_iterator(directory, fs::directory_options::follow_directory_symlink, error);
  while (!error && entry != fs::recursive_directory_iterator()) {
    const std::string name = entry->path().filename().string();
    const bool is_directory = entry->is_directory(error);
    if (is_directory && is_hidden(name)) entry.disable_recursion_pending();
    if (!is_directory && !is_hidden(name)) {
      if (is_parquet(name)) {
        files.push_back(entry->path().string());
      } else {
        ++num_others;
      }
    }
    if (!error) entry.increment(error);
  }
  if (error) fail(directory, error);
  std::ranges::sort(files);
  return files;
}

void add_directory(const std::string& directory, bool hive, std::vector<DataFile>& files) {
  std::size_t num_others = 0;
  const auto paths = files_below(directory, num_others);
  if (paths.empty()) {
    throw IoError("no Parquet file (*.parquet, *.parq, *.pq) below the directory " + directory +
                  (num_others == 0 ? "" : "; it holds " + std::to_string(num_others) + " other files"));
  }
  for (const std::string& path : paths) {
    const std::string_view below = std::string_view(path).substr(directory.size());
    files.push_back({path, hive ? parse_hive_path(below) : std::vector<HiveKey>()});
  }
}

void add_path(const std::string& path, bool hive, std::vector<DataFile>& files) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) throw IoError::from_errno("cannot read", path, ENOENT);
  if (error) throw IoError::from_errno("cannot look at", path, error.value());
  if (fs::is_directory(status)) return add_directory(path, hive, files);
  files.push_back({path, hive ? parse_hive_path(path) : std::vector<HiveKey>()});
}

bool same_names(const std::vector<HiveKey>& left, const std::vector<HiveKey>& right) {
  return std::ranges::equal(left, right, {}, &HiveKey::name, &HiveKey::name);
}

}  // namespace

std::vector<DataFile> list_parquet_files(const std::vector<std::string>& paths, bool hive) {
  std::vector<DataFile> files;
  for (const std::string& path : paths) add_path(path, hive, files);
  if (files.empty()) throw InvalidArgument("parquet: expected at least one file, found none");
  for (const DataFile& file : files) {
    if (same_names(file.keys, files.front().keys)) continue;
    throw InvalidArgument(
        "all files must lie in directories with the same keys (key=value), or be read with "
        "hive_partitioning=false: " +
        files.front().path + " and " + file.path);
  }
  return files;
}

std::vector<Field> key_columns(const std::vector<DataFile>& files, KeyTypes types) {
  std::vector<Field> columns;
  for (std::size_t key = 0; key < files.front().keys.size(); ++key) {
    std::vector<HiveValue> values;
    for (const DataFile& file : files) values.push_back(file.keys[key].value);
    columns.push_back({files.front().keys[key].name, infer_hive_type(values, types)});
  }
  return columns;
}

std::vector<Scalar> key_values(const std::vector<DataFile>& files, std::size_t key, const DataType& type) {
  std::map<Scalar::Storage, Scalar> found;
  for (const DataFile& file : files) {
    const HiveValue& value = file.keys[key].value;
    if (!value) continue;
    Scalar scalar = hive_scalar(value, type);
    found.emplace(scalar.storage(), scalar);
  }
  std::vector<Scalar> values;
  values.reserve(found.size());
  for (auto& [storage, scalar] : found) values.push_back(std::move(scalar));
  return values;
}

}  // namespace treadle::io

#include "io/files/glob.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "treadle/error.h"

namespace treadle::io {
namespace {

namespace fs = std::filesystem;

bool is_pattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) == 0;
}

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= pattern.size()) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    if (end > begin) parts.emplace_back(pattern.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Walks the folders that the parts of one pattern lead to. Folders that cannot be listed hold nothing.
class Walk {
 public:
  explicit Walk(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  std::vector<std::string> from(const std::string& folder) {
    step(folder, 0);
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  void step(const std::string& folder, std::size_t index) {
    const std::string& part = parts_[index];
    const bool last = index + 1 == parts_.size();
    if (part == "**") {
      if (!last) step(folder, index + 1);
      each_entry(folder, [&](const std::string& path, const fs::directory_entry& entry) {
        if (path[path.rfind('/') + 1] == '.') return;
        if (is_folder(entry) && !entry.is_symlink()) step(path, index);
        if (last && is_file(entry)) found_.push_back(path);
      });
    } else if (!is_pattern(part)) {
      take(join(folder, part), index, last);
    } else {
      each_entry(folder, [&](const std::string& path, const fs::directory_entry& entry) {
        if (matches(part, entry.path().filename().string())) take(path, index, last);
      });
    }
  }

  void take(const std::string& path, std::size_t index, bool last) {
    std::error_code ignored;
    const fs::directory_entry entry(path, ignored);
    if (last && is_file(entry)) found_.push_back(path);
    if (!last && is_folder(entry)) step(path, index + 1);
  }

  static std::string join(const std::string& folder, const std::string& name) {
    return folder.empty() || folder.back() == '/' ? folder + name : folder + '/' + name;
  }

  static bool is_folder(const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored);
  }

  // Whatever is no folder: opening it will say what is wrong with it.
  static bool is_file(const fs::directory_entry& entry) {
    std::error_code ignored;
    return entry.exists(ignored) && !entry.is_directory(ignored);
  }

  template <class Visit>
  static void each_entry(const std::string& folder, const Visit& visit) {
    std::error_code error;
    fs::directory_iterator entries(folder.empty() ? "." : folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
      visit(join(folder, entries->path().filename().string()), *entries);
    }
  }

  std::vector<std::string> parts_;
  std::vector<std::string> found_;
};

std::vector<std::string> expand(const std::string& pattern) {
  std::error_code ignored;
  if (!is_pattern(pattern) || fs::exists(pattern, ignored)) return {pattern};
  std::vector<std::string> found = Walk(split(pattern)).from(pattern.front() == '/' ? "/" : "");
  if (found.empty()) throw IoError("no file matches '" + pattern + "'");
  return found;
}

}  // namespace

std::vector<std::string> expand_paths(std::span<const std::string> patterns) {
  std::vector<std::string> paths;
  for (const std::string& pattern : patterns) {
    for (std::string& path : expand(pattern)) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace treadle::io

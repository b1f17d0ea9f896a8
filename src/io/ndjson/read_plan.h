#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace treadle::ndjson {

/// The keys that objects may have. Immutable.
class KnownKeys {
 public:
  explicit KnownKeys(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
  }
  KnownKeys(const KnownKeys&) = delete;
  KnownKeys& operator=(const KnownKeys&) = delete;

  static constexpr std::size_t kNone = SIZE_MAX;
  /// The place of `key`; `guess` is looked at first: objects have their keys in much the same order.
  std::size_t find(std::string_view key, std::size_t guess) const {
    if (guess < names_.size() && names_[guess] == key) return guess;
    const auto found = places_.find(key);
    return found == places_.end() ? kNone : found->second;
  }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, std::size_t> places_;  // names lie in names_
};

/// What is read of one file, and how. Immutable.
struct ReadPlan {
  std::string path;
  std::shared_ptr<const KnownKeys> keys;
  /// By place of a known key: the column of the scan, or kNotRead.
  std::vector<std::size_t> columns;
  static constexpr std::size_t kNotRead = SIZE_MAX;
  /// By column of the scan: its type was given, not inferred: another value is an error.
  std::vector<bool> fixed;
  std::size_t morsel_rows = 65536;
  /// Text read at a time.
  std::size_t block_bytes = 256 << 10;
  bool skip_bad_lines = false;
  bool ignore_unknown_keys = false;
};

}  // namespace treadle::ndjson

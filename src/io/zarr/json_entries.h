#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace treadle::io::zarr {

/// Parses a metadata document. Throws IoError naming `path` and the byte for what is no JSON object.
nlohmann::json parse_document(std::string_view text, const std::string& path);

/// The entries of an object of a metadata document. Every function throws IoError naming the file, the entry,
/// what was expected and what was found. Views the object.
class Entries {
 public:
  Entries(const nlohmann::json& object, const std::string& path) : object_(object), path_(path) {}

  const std::string& path() const noexcept { return path_; }
  const nlohmann::json& get(const char* name) const;
  /// Null if there is none.
  const nlohmann::json* find(const char* name) const;
  Entries entries(const char* name) const;
  std::string text(const char* name) const;
  std::int64_t whole(const char* name, std::int64_t least, std::int64_t most) const;
  /// "." or "/".
  char separator(const char* name) const;
  [[noreturn]] void refuse(const char* name, const std::string& expected) const;

 private:
  const nlohmann::json& object_;
  const std::string& path_;
};

}  // namespace treadle::io::zarr

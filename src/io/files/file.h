#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace treadle {
class KeyBuilder;
}

namespace treadle::io {

/// A file as it was when the plan was made: one that differs when it is read is an error, not another answer.
struct FileIdentity {
  std::string path;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;

  /// Looks at the file. Throws IoError if it is missing, a directory, or nothing that has a size.
  static FileIdentity of(const std::string& path);
  bool operator==(const FileIdentity&) const = default;
  void add_to(KeyBuilder& key) const;
};

/// An open file, read by position: any number of threads at once. Move-only.
class File {
 public:
  /// Throws IoError if the file cannot be opened, or is not the one that was looked at.
  explicit File(FileIdentity identity);
  File(File&& other) noexcept;
  File& operator=(File&&) = delete;
  ~File();

  const FileIdentity& identity() const noexcept { return identity_; }
  const std::string& path() const noexcept { return identity_.path; }
  std::uint64_t size() const noexcept { return identity_.size; }
  /// Reads exactly [offset, offset + size). Throws IoError, also if the file has become shorter.
  void read_at(std::uint64_t offset, void* to, std::size_t size) const;
  /// Throws IoError if the file's size or modification time is no longer what it was.
  void check_unchanged() const;

 private:
  FileIdentity identity_;
  int descriptor_ = -1;
};

}  // namespace treadle::io

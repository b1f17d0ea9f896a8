#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace treadle::io {

/// A new file being written front to back. Removed again unless close() succeeded. One thread at a time.
///
/// Its descriptor may be given up between writes, so that thousands of files can be under way.
class FileOutput {
 public:
  /// The file and the directories that lead to it are made by the first write() or by close().
  explicit FileOutput(std::string path) : path_(std::move(path)) {}
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;
  ~FileOutput();

  /// Throws IoError naming the file: it exists already, the disk is full.
  void write(const void* bytes, std::size_t size);
  /// Ends the file. That it has reached the disk is the commit's business. Throws IoError; the file is then
  /// removed.
  void close();
  /// Gives the descriptor up until the next write().
  void release_descriptor() noexcept;

  const std::string& path() const noexcept { return path_; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

 private:
  [[noreturn]] void fail(int error_number);
  void ensure_open();
  void make();

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t bytes_written_ = 0;
  bool made_ = false;
  bool closed_ = false;
};

}  // namespace treadle::io

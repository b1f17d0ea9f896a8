#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/io_options.h"

namespace treadle::jobs {

/// A file that appears complete under its name or not at all: written beside it and renamed by commit().
/// Destroyed before: what was written is removed.
class OutputFile {
 public:
  /// Throws IoError if the file exists and `mode` is kError, or if it cannot be made.
  OutputFile(std::string path, WriteMode mode);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// Throws IoError, "disk full" included.
  void write(std::string_view text);
  void commit();
  const std::string& path() const noexcept { return path_; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

 private:
  std::string path_;
  std::string partial_;
  WriteMode mode_;
  int file_ = -1;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace treadle::jobs

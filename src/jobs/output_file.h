#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "io/staged_output.h"
#include "treadle/io_options.h"

namespace treadle::jobs {

/// A file that appears complete under its name or not at all: written beside it and renamed when it is
/// published. Destroyed before: what was written is removed.
class OutputFile final : public io::StagedOutput {
 public:
  /// Throws InvalidArgument for kAppend, IoError if the file exists and `mode` is kError, if it is a
  /// directory, or if it cannot be made.
  OutputFile(std::string path, WriteMode mode);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() override;

  /// Throws IoError, "disk full" included.
  void write(std::string_view text);
  void prepare() override;
  void publish() override;
  void take_back() noexcept override;
  void settle() noexcept override;
  /// All steps of a file that is published alone.
  void commit();
  const std::string& path() const noexcept { return path_; }
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }

 private:
  void move_aside();
  std::string former_name() const;

  /// Where the former file lies once this one is published.
  enum class Former : std::uint8_t { kNone, kExchanged, kAside };

  std::string path_;
  std::string partial_;
  WriteMode mode_;
  Former former_ = Former::kNone;
  bool published_ = false;
  int file_ = -1;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace treadle::jobs

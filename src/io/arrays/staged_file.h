#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/staged_output.h"

namespace treadle::io {

/// A file being written at any place, beside its target, under the name ".NAME.treadle-TOKEN". Removed again
/// unless published.
class StagedFile final : public StagedOutput {
 public:
  enum class Mode : std::uint8_t { kError, kOverwrite };
  /// Makes the file and the directories that lead to it. A file of its name is another run's leftover. Throws
  /// IoError if the target exists and the mode is kError, InvalidArgument if it is a directory.
  StagedFile(std::string target, Mode mode, std::string_view token);
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile() override;

  /// The temporary name.
  const std::string& path() const noexcept { return path_; }
  const std::string& target() const noexcept { return target_; }
  /// Makes the file `size` bytes long, with room for them on the disk. Throws IoError if there is none.
  void resize(std::uint64_t size);
  /// Thread-safe. Throws IoError.
  void write_at(std::uint64_t offset, const void* bytes, std::size_t size);

  void prepare() override;
  void publish() override;
  void take_back() noexcept override;
  void settle() noexcept override;

 private:
  [[noreturn]] void fail(int error_number) const;
  void check_target() const;
  void make_parents();
  void remove_made_parents() noexcept;
  void close() noexcept;

  std::string target_;
  std::string path_;
  Mode mode_;
  int descriptor_ = -1;
  bool published_ = false;
  bool exchanged_ = false;  // the former file lies at path_
  std::vector<std::string> made_parents_;
};

}  // namespace treadle::io

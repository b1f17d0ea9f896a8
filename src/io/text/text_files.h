#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/files/byte_stream.h"
#include "io/files/file.h"
#include "treadle/text_options.h"

namespace treadle {
class KeyBuilder;
}

// Text files: what read_text() reads, cut into partitions and strips, handed out as blocks of whole lines.
//
//   TextFiles    files as they were when the bag was made; partitions of strips
//   Strip        the lines that begin in a range of a file; a whole file where it cannot be cut
//   TextBlocks   the strip's lines as UTF-8, some 256 KiB at once
namespace treadle::text {

struct TextFile {
  io::FileIdentity identity;
  io::Encoding encoding = io::Encoding::kPlain;
};

/// The lines that begin in [begin, end) of a file.
struct Strip {
  std::uint32_t file = 0;
  std::uint64_t begin = 0, end = 0;
};

/// Immutable.
class TextFiles {
 public:
  static constexpr std::uint64_t kStripBytes = std::uint64_t{4} << 20;

  /// Looks at the files that paths and patterns stand for. Throws IoError for what is missing,
  /// InvalidArgument for options that do not go together.
  TextFiles(const std::vector<std::string>& patterns, ReadTextOptions options);

  const ReadTextOptions& options() const noexcept { return options_; }
  const std::vector<TextFile>& files() const noexcept { return files_; }
  std::size_t num_partitions() const noexcept { return partitions_.size(); }
  /// The strips of a partition; none for an empty file.
  std::vector<Strip> strips(std::size_t partition) const;
  /// Bytes of the partition's ranges, in the files.
  std::uint64_t num_bytes(std::size_t partition) const;
  /// The file that a partition lies in, or begins with.
  const std::string& path(std::size_t partition) const;
  void add_to(KeyBuilder& key) const;

 private:
  bool can_cut(const TextFile& file) const;
  void cut_by_bytes(std::uint64_t blocksize);
  void add_strips(const Strip& range, std::vector<Strip>& to) const;

  ReadTextOptions options_;
  std::vector<TextFile> files_;
  std::vector<std::vector<Strip>> partitions_;  // ranges of one partition each
};

}  // namespace treadle::text

#include "io/text/text_files.h"

#include <algorithm>
#include <limits>

#include "io/files/glob.h"
#include "treadle/error.h"
#include "treadle/key.h"

namespace treadle::text {
namespace {

constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();

io::Encoding encoding_of(const io::FileIdentity& identity, TextCompression compression) {
  switch (compression) {
    case TextCompression::kNone:
      return io::Encoding::kPlain;
    case TextCompression::kGzip:
      return io::Encoding::kGzip;
    case TextCompression::kZstd:
      return io::Encoding::kZstd;
    case TextCompression::kBzip2:
      return io::Encoding::kBzip2;
    case TextCompression::kXz:
      return io::Encoding::kXz;
    case TextCompression::kInfer:
      break;
  }
  return io::detect_encoding(io::File(identity));
}

/// Whether two occurrences may share bytes: then which ones count depends on all the text before.
bool may_overlap_itself(const std::string& delimiter) {
  for (std::size_t shared = 1; shared < delimiter.size(); ++shared) {
    if (delimiter.compare(0, shared, delimiter, delimiter.size() - shared, shared) == 0) return true;
  }
  return false;
}

bool is_wide(TextEncoding encoding) {
  return encoding == TextEncoding::kUtf16 || encoding == TextEncoding::kUtf16Le ||
         encoding == TextEncoding::kUtf16Be;
}

void check(const ReadTextOptions& options) {
  if (options.blocksize && *options.blocksize == 0)
    throw InvalidArgument("read_text: blocksize: expected at least 1 byte, found 0");
  if (options.files_per_partition == 0)
    throw InvalidArgument("read_text: files_per_partition: expected at least 1, found 0");
  if (options.blocksize && options.files_per_partition != 1)
    throw InvalidArgument("read_text: expected one of blocksize and files_per_partition, found both");
  if (options.line_ends == LineEnds::kDelimiter && options.delimiter.empty())
    throw InvalidArgument("read_text: delimiter: expected at least one character, found none");
}

}  // namespace

TextFiles::TextFiles(const std::vector<std::string>& patterns, ReadTextOptions options)
    : options_(std::move(options)) {
  check(options_);
  if (patterns.empty()) throw InvalidArgument("read_text: expected at least one path, found none");
  for (const std::string& path : io::expand_paths(patterns)) {
    io::FileIdentity identity = io::FileIdentity::of(path);
    const io::Encoding encoding = encoding_of(identity, options_.compression);
    files_.push_back({std::move(identity), encoding});
  }
  if (options_.blocksize) {
    cut_by_bytes(*options_.blocksize);
    return;
  }
  for (std::size_t file = 0; file < files_.size(); ++file) {
    if (file % options_.files_per_partition == 0) partitions_.emplace_back();
    partitions_.back().push_back({static_cast<std::uint32_t>(file), 0, kToTheEnd});
  }
}

void TextFiles::cut_by_bytes(std::uint64_t blocksize) {
  for (std::uint32_t file = 0; file < files_.size(); ++file) {
    if (!can_cut(files_[file])) {
      throw InvalidArgument("read_text: " + files_[file].identity.path +
                            " cannot be cut at line ends: it is compressed, in UTF-16, or its delimiter may "
                            "overlap itself; leave blocksize out");
    }
    const std::uint64_t size = files_[file].identity.size;
    // Pieces of equal size, none larger than asked for.
    const std::uint64_t pieces = std::max<std::uint64_t>(1, (size + blocksize - 1) / blocksize);
    for (std::uint64_t i = 0; i < pieces; ++i) {
      const std::uint64_t begin = size / pieces * i + std::min(i, size % pieces);
      const std::uint64_t end = begin + size / pieces + (i < size % pieces ? 1 : 0);
      partitions_.push_back({{file, begin, end}});
    }
  }
}

bool TextFiles::can_cut(const TextFile& file) const {
  return file.encoding == io::Encoding::kPlain && !is_wide(options_.encoding) &&
         (options_.line_ends != LineEnds::kDelimiter || !may_overlap_itself(options_.delimiter));
}

std::vector<Strip> TextFiles::strips(std::size_t partition) const {
  std::vector<Strip> strips;
  for (const Strip& range : partitions_[partition]) add_strips(range, strips);
  return strips;
}

void TextFiles::add_strips(const Strip& range, std::vector<Strip>& to) const {
  const TextFile& file = files_[range.file];
  if (!can_cut(file)) return to.push_back(range);
  const std::uint64_t end = std::min(range.end, file.identity.size);
  for (std::uint64_t begin = range.begin; begin < end; begin += kStripBytes) {
    to.push_back({range.file, begin, std::min(begin + kStripBytes, end)});
  }
}

std::uint64_t TextFiles::num_bytes(std::size_t partition) const {
  std::uint64_t bytes = 0;
  for (const Strip& range : partitions_[partition]) {
    bytes += std::min(range.end, files_[range.file].identity.size) - range.begin;
  }
  return bytes;
}

const std::string& TextFiles::path(std::size_t partition) const {
  return files_[partitions_[partition].front().file].identity.path;
}

void TextFiles::add_to(KeyBuilder& key) const {
  key.add(static_cast<int>(options_.encoding)).add(static_cast<int>(options_.on_bad_text));
  key.add(static_cast<int>(options_.line_ends)).add(options_.delimiter).add(options_.empty_last_line);
  for (const TextFile& file : files_) {
    file.identity.add_to(key);
    key.add(static_cast<int>(file.encoding));
  }
  for (const auto& partition : partitions_) {
    key.add(static_cast<std::uint64_t>(partition.size()));
    for (const Strip& range : partition) key.add(range.file).add(range.begin).add(range.end);
  }
}

}  // namespace treadle::text

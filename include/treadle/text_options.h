#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "treadle/error.h"

namespace treadle {

/// Bytes of a text file that stand for no character of its encoding.
class DecodeError : public ParseError {
 public:
  using ParseError::ParseError;
  std::string_view kind() const noexcept override { return "DecodeError"; }
};

/// How the bytes of a text file stand for characters.
enum class TextEncoding : std::uint8_t {
  kUtf8,
  kAscii,
  kLatin1,
  kUtf16,    ///< by its byte order mark; little-endian without one
  kUtf16Le,  ///< little-endian; a byte order mark is a character
  kUtf16Be,
};

/// What is done with bytes that stand for no character.
enum class OnBadText : std::uint8_t {
  kError,    ///< DecodeError names the file, the line and the byte
  kReplace,  ///< U+FFFD stands for them
  kIgnore,   ///< they are left out
};

/// How files are packed.
enum class TextCompression : std::uint8_t {
  kInfer,  ///< by the first bytes of each file
  kNone,
  kGzip,
  kZstd,
  kBzip2,
  kXz,
};

/// Where lines end, and what they end with when they are handed out. Lines keep their ends.
enum class LineEnds : std::uint8_t {
  kUniversal,  ///< "\n", "\r\n" and "\r", each handed out as "\n"
  kKept,       ///< the same ends, handed out as they are
  kDelimiter,  ///< ReadTextOptions::delimiter, and nothing else
};

/// How text files are read.
struct ReadTextOptions {
  TextEncoding encoding = TextEncoding::kUtf8;
  OnBadText on_bad_text = OnBadText::kError;
  TextCompression compression = TextCompression::kInfer;
  LineEnds line_ends = LineEnds::kUniversal;
  /// With LineEnds::kDelimiter: not empty.
  std::string delimiter;
  /// A delimiter at the very end of a file is followed by one more, empty line.
  bool empty_last_line = false;
  /// Bytes of a partition; files are cut at line ends. Unset: a partition is a file. Not with files that are
  /// compressed or in UTF-16, nor with a delimiter that may overlap itself.
  std::optional<std::size_t> blocksize;
  /// With blocksize unset: as many files make a partition.
  std::size_t files_per_partition = 1;
};

}  // namespace treadle

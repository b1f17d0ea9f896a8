// Any bytes as text: in every encoding, read whole and cut into blocks of a few bytes, they give the same
// lines, words and errors; and the words counted over whole blocks are those of the lines.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "treadle/bag.h"
#include "treadle/engine.h"
#include "treadle/error.h"

namespace {

using treadle::ReadTextOptions;
using Lines = std::vector<std::string>;

constexpr std::size_t kChoices = 2;

ReadTextOptions options_from(std::uint8_t choice, std::uint8_t delimiter) {
  using treadle::TextEncoding;
  constexpr TextEncoding kEncodings[] = {TextEncoding::kUtf8,  TextEncoding::kAscii,   TextEncoding::kLatin1,
                                         TextEncoding::kUtf16, TextEncoding::kUtf16Le, TextEncoding::kUtf16Be,
                                         TextEncoding::kUtf8,  TextEncoding::kUtf8};
  ReadTextOptions options;
  options.encoding = kEncodings[choice & 7];
  options.on_bad_text = static_cast<treadle::OnBadText>((choice >> 3 & 3) % 3);
  options.line_ends = static_cast<treadle::LineEnds>((choice >> 5 & 3) % 3);
  options.delimiter = delimiter % 2 == 0 ? "\n" : "ab";
  options.compression = treadle::TextCompression::kNone;
  return options;
}

treadle::ComputeOptions synchronous() {
  treadle::ComputeOptions options;
  options.engine = treadle::make_synchronous_engine();
  return options;
}

/// Nothing where the text is refused.
template <class T>
std::optional<std::vector<T>> computed(const treadle::Bag<T>& bag) {
  try {
    return bag.compute(synchronous());
  } catch (const treadle::Error&) {
    return std::nullopt;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kChoices || size > 1 << 14) return 0;
  ReadTextOptions options = options_from(data[0], data[1]);
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("treadle-text-fuzz-" + std::to_string(::getpid()))).string();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + kChoices, static_cast<std::streamsize>(size - kChoices));

  const auto bag = treadle::read_text(path, options);
  const std::optional<Lines> lines = computed(bag);
  if (options.encoding < treadle::TextEncoding::kUtf16) {
    options.blocksize = 1 + data[1] % 13;
    if (computed(treadle::read_text(path, options)) != lines) __builtin_trap();
  }
  if (!lines) return 0;
  const auto words = bag.lower().split().flatten();
  std::map<std::string, std::int64_t> counts;
  for (const std::string& word :
       treadle::from_sequence(*lines).lower().split().flatten().compute(synchronous())) {
    ++counts[word];
  }
  const auto found = words.frequencies().compute(synchronous());
  if (std::map<std::string, std::int64_t>(found.begin(), found.end()) != counts) __builtin_trap();
  return 0;
}

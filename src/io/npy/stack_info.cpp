#include "io/npy/stack_info.h"

#include "treadle/error.h"

namespace treadle::io::npy {
namespace {

// Of the pickle language, protocol 2 (PEP 307).
constexpr char kMark = '(';
constexpr char kTuple = 't';
constexpr char kStop = '.';

std::string quoted(std::string_view text) { return "V" + std::string(text) + '\n'; }

std::string whole(std::int64_t value) { return "L" + std::to_string(value) + "L\n"; }

std::string tuple(const Extents& lengths) {
  std::string text(1, kMark);
  for (const std::int64_t length : lengths) text += whole(length);
  return text + kTuple;
}

/// Skips the instructions that note the object made last: MEMOIZE, BINPUT, LONG_BINPUT, PUT.
std::size_t skip_memo(std::string_view info, std::size_t at) {
  if (at >= info.size()) return at;
  switch (info[at]) {
    case '\x94':
      return at + 1;
    case 'q':
      return at + 2;
    case 'r':
      return at + 5;
    case 'p':
      return info.find('\n', at) == std::string_view::npos ? info.size() : info.find('\n', at) + 1;
    default:
      return at;
  }
}

}  // namespace

std::string make_stack_info(const std::vector<Extents>& chunks, const ElementType& element,
                            std::size_t axis) {
  std::string info = "\x80\x02";
  info += '}';  // a dictionary
  info += kMark;
  info += quoted("chunks");
  info += kMark;
  for (const Extents& lengths : chunks) info += tuple(lengths);
  info += kTuple;
  info += quoted("dtype") + "cnumpy\ndtype\n";
  info += kMark + quoted(element.to_string()) + kTuple + 'R';
  info += quoted("axis") + whole(static_cast<std::int64_t>(axis));
  info += 'u';
  return info + kStop;
}

std::size_t axis_in_stack_info(std::string_view info, const std::string& path) {
  constexpr std::string_view kKey = "axis";
  for (std::size_t at = info.find(kKey); at != std::string_view::npos; at = info.find(kKey, at + 1)) {
    std::size_t value = at + kKey.size();
    if (value < info.size() && (info[value] == '\n' || info[value] == '\''))
      value = info.find('\n', value) + 1;
    value = skip_memo(info, value);
    if (value + 1 >= info.size()) break;
    if (info[value] == 'K') return static_cast<unsigned char>(info[value + 1]);
    if (info[value] != 'L' && info[value] != 'I') continue;
    std::size_t axis = 0;
    for (++value; value < info.size() && info[value] >= '0' && info[value] <= '9' && axis < 64; ++value)
      axis = 10 * axis + static_cast<std::size_t>(info[value] - '0');
    return axis;
  }
  throw IoError(path + ": expected the pickled description of a stack of .npy files, found no axis in it");
}

}  // namespace treadle::io::npy

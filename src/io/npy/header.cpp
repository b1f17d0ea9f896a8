#include "io/npy/header.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "treadle/error.h"

namespace treadle::io::npy {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kFixed = 8;  // magic and version
// What NumPy itself reads without being told that the file is trusted.
constexpr std::size_t kLongestHeader = 10'000;

[[noreturn]] void fail(const std::string& path, std::size_t offset, const std::string& message) {
  throw IoError(path + ": not a valid .npy file: at byte " + std::to_string(offset) + ": " + message);
}

/// The Python literal in the header: a dictionary of a string, a boolean and a tuple.
class Literal {
 public:
  Literal(std::string_view text, std::size_t offset, const std::string& path)
      : text_(text), offset_(offset), path_(path) {}

  Header parse() {
    Header header;
    unsigned seen = 0;
    expect('{');
    while (!take('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && mark(seen, 1)) {
        header.element = element();
      } else if (key == "fortran_order" && mark(seen, 2)) {
        header.fortran_order = boolean();
      } else if (key == "shape" && mark(seen, 4)) {
        header.shape = shape();
      } else {
        refuse("the keys 'descr', 'fortran_order' and 'shape', once each");
      }
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    if (seen != 7) refuse("the keys 'descr', 'fortran_order' and 'shape'");
    skip_space();
    if (at_ != text_.size()) refuse("the end of the header");
    return header;
  }

 private:
  static bool mark(unsigned& seen, unsigned bit) {
    const bool first = (seen & bit) == 0;
    seen |= bit;
    return first;
  }
  [[noreturn]] void refuse(const std::string& expected) const {
    const std::string found = at_ < text_.size() ? '"' + std::string(text_.substr(at_, 20)) + '"' : "the end";
    fail(path_, offset_ + at_, "expected " + expected + ", found " + found);
  }
  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!take(wanted)) refuse(std::string("'") + wanted + '\'');
  }
  std::string string() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t end =
        quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) refuse("a string in quotes");
    std::string found(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return found;
  }
  ElementType element() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[')
      throw TypeError(path_ + ": expected an array of numbers, found records");
    const std::string text = string();
    try {
      return ElementType::from_string(text);
    } catch (const TypeError& error) {
      throw TypeError(path_ + ": " + error.what());
    }
  }
  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return word == "True";
    }
    refuse("True or False");
  }
  Extents shape() {
    Extents shape;
    expect('(');
    while (!take(')')) {
      shape.push_back(length());
      if (take(',')) continue;
      expect(')');
      break;
    }
    if (shape.size() > 64) refuse("at most 64 axes");
    return shape;
  }
  std::int64_t length() {
    skip_space();
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc() || number < 0) refuse("a length of an axis");
    at_ = static_cast<std::size_t>(end - text_.data());
    take('L');  // Python 2 wrote long integers so
    return number;
  }

  std::string_view text_;
  std::size_t offset_;
  const std::string& path_;
  std::size_t at_ = 0;
};

/// Where the literal begins, and its length.
std::pair<std::size_t, std::size_t> literal_place(std::string_view bytes, const std::string& path) {
  if (!bytes.starts_with(kMagic)) fail(path, 0, "expected the six bytes \\x93NUMPY");
  if (bytes.size() < kFixed) fail(path, bytes.size(), "expected a version, found the end");
  const auto major = static_cast<unsigned char>(bytes[6]);
  if (major < 1 || major > 3) fail(path, 6, "expected version 1, 2 or 3, found " + std::to_string(major));
  const std::size_t width = major == 1 ? 2 : 4;
  if (bytes.size() < kFixed + width) fail(path, bytes.size(), "expected the header's length, found the end");
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[kFixed + i])) << (8 * i);
  if (length > kLongestHeader) {
    fail(path, kFixed,
         "expected a header of at most " + std::to_string(kLongestHeader) + " bytes, found " +
             std::to_string(length));
  }
  return {kFixed + width, length};
}

}  // namespace

Header parse_header(std::string_view bytes, const std::string& path) {
  const auto [begin, length] = literal_place(bytes, path);
  if (bytes.size() < begin + length) {
    fail(path, bytes.size(),
         "expected a header of " + std::to_string(length) + " bytes, found " +
             std::to_string(bytes.size() - begin));
  }
  Header header = Literal(bytes.substr(begin, length), begin, path).parse();
  header.data_offset = begin + length;
  return header;
}

Header read_header(const File& file) {
  std::string bytes(std::min<std::uint64_t>(file.size(), kFixed + 4 + kLongestHeader), '\0');
  file.read_at(0, bytes.data(), bytes.size());
  Header header = parse_header(bytes, file.path());
  const std::size_t needed = ArrayLayout{header.shape, header.element, {}}.num_bytes(file.path());
  if (file.size() - header.data_offset < needed) {
    fail(file.path(), file.size(),
         "the file is truncated: an array of shape " + to_string(header.shape) + " and type " +
             header.element.to_string() + " needs " + std::to_string(needed) +
             " bytes behind the header, found " + std::to_string(file.size() - header.data_offset));
  }
  return header;
}

std::string make_header(const Extents& shape, const ElementType& element) {
  std::string literal =
      "{'descr': '" + element.to_string() + "', 'fortran_order': False, 'shape': " + to_string(shape) + ", }";
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kBefore = kFixed + 2;
  const std::size_t end = kBefore + literal.size() + 1;
  literal.append((kAlignment - end % kAlignment) % kAlignment, ' ');
  literal += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  header += static_cast<char>(literal.size() & 0xFF);
  header += static_cast<char>(literal.size() >> 8);
  return header + literal;
}

}  // namespace treadle::io::npy

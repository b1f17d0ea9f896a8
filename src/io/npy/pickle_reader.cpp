#include "io/npy/pickle_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "treadle/error.h"

namespace treadle::io::npy {
namespace {

using Object = std::shared_ptr<Pickled>;

/// The machine that a pickle is a program for: a stack, marks on it and a memo (PEP 3154, PEP 574).
class Machine {
 public:
  explicit Machine(std::string_view bytes) : bytes_(bytes) {}

  Object run() {
    for (;;) {
      const char code = take(1).front();
      if (code == '.') return pop();
      if (!value(code) && !container(code) && !memo(code)) {
        throw IoError("expected a pickle of numbers, texts and tuples, found the instruction " +
                      std::to_string(static_cast<unsigned char>(code)));
      }
    }
  }

 private:
  std::string_view take(std::size_t count) {
    if (bytes_.size() < count) throw IoError("expected more bytes, found its end");
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }
  std::string_view line() {
    const std::string_view part = take(std::min(bytes_.find('\n'), bytes_.size()));
    take(1);
    return part;
  }
  /// A number of so many bytes, the lowest first.
  std::uint64_t whole(std::size_t bytes) {
    std::uint64_t number = 0;
    std::size_t shift = 0;
    for (const char byte : take(bytes)) {
      number |= static_cast<std::uint64_t>(static_cast<unsigned char>(byte)) << shift;
      shift += 8;
    }
    return number;
  }
  std::string_view counted(std::size_t bytes) { return take(whole(bytes)); }

  void push(Object object) { stack_.push_back(std::move(object)); }
  void push_opaque() { push(opaque_); }
  void push_number(std::int64_t number) {
    push(std::make_shared<Pickled>());
    stack_.back()->kind = Pickled::Kind::kInt;
    stack_.back()->number = number;
  }
  void push_text(std::string_view text) {
    push(std::make_shared<Pickled>());
    stack_.back()->kind = Pickled::Kind::kText;
    stack_.back()->text = text;
  }
  void push_items(Pickled::Kind kind, std::vector<Object> items) {
    push(std::make_shared<Pickled>());
    stack_.back()->kind = kind;
    extend(std::move(items));
  }
  /// Puts items into what holds others and is on top of the stack.
  void extend(std::vector<Object> items) {
    if (stack_.empty()) throw IoError("expected an object, found none");
    Pickled& holder = *stack_.back();
    for (Object& item : items) holder.depth = std::max(holder.depth, item->depth + 1);
    if (holder.kind == Pickled::Kind::kOpaque || holder.depth > Pickled::kMostDepth) {
      stack_.back() = opaque_;
    } else {
      holder.items.insert(holder.items.end(), std::make_move_iterator(items.begin()),
                          std::make_move_iterator(items.end()));
    }
  }
  Object pop() {
    if (stack_.empty()) throw IoError("expected an object, found none");
    Object object = std::move(stack_.back());
    stack_.pop_back();
    return object;
  }
  std::vector<Object> pop(std::size_t count) {
    if (stack_.size() < count) throw IoError("expected more objects");
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<Object> items(std::make_move_iterator(begin), std::make_move_iterator(stack_.end()));
    stack_.erase(begin, stack_.end());
    return items;
  }
  std::vector<Object> pop_to_mark() {
    if (marks_.empty() || marks_.back() > stack_.size()) throw IoError("expected a mark, found none");
    const std::size_t mark = marks_.back();
    marks_.pop_back();
    return pop(stack_.size() - mark);
  }

  /// A number in digits, as INT and LONG write it.
  void push_digits(std::string_view digits) {
    if (digits.ends_with('L')) digits.remove_suffix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size()) return push_opaque();
    push_number(number);
  }
  /// A number in two's complement of so many bytes.
  void push_long(std::size_t bytes) {
    if (bytes > sizeof(std::int64_t)) {
      take(bytes);
      return push_opaque();
    }
    const std::uint64_t number = whole(bytes);
    const std::size_t unused = 64 - 8 * bytes;
    push_number(bytes == 0 ? 0 : static_cast<std::int64_t>(number << unused) >> unused);
  }

  bool value(char code) {
    switch (code) {
      case 'J':
        return push_long(4), true;
      case 'K':
        return push_number(static_cast<std::int64_t>(whole(1))), true;
      case 'M':
        return push_number(static_cast<std::int64_t>(whole(2))), true;
      case 'I':
      case 'L':
        return push_digits(line()), true;
      case '\x8a':
        return push_long(whole(1)), true;
      case '\x8b':
        return push_long(whole(4)), true;
      case 'V':
      case 'S':
        return push_text(line()), true;
      case '\x8c':
      case 'U':
      case 'C':
        return push_text(counted(1)), true;
      case 'X':
      case 'T':
      case 'B':
        return push_text(counted(4)), true;
      case '\x8d':
      case '\x8e':
      case '\x96':
        return push_text(counted(8)), true;
      case 'N':
      case '\x88':
      case '\x89':
        return push_opaque(), true;
      case 'F':
        return line(), push_opaque(), true;
      case 'G':
        return take(8), push_opaque(), true;
      default:
        return false;
    }
  }

  bool container(char code) {
    using Kind = Pickled::Kind;
    switch (code) {
      case '(':
        return marks_.push_back(stack_.size()), true;
      case ')':
        return push_items(Kind::kTuple, {}), true;
      case ']':
        return push_items(Kind::kList, {}), true;
      case '}':
        return push_items(Kind::kDict, {}), true;
      case 't':
        return push_items(Kind::kTuple, pop_to_mark()), true;
      case 'l':
        return push_items(Kind::kList, pop_to_mark()), true;
      case 'd':
        return push_items(Kind::kDict, pop_to_mark()), true;
      case '\x85':
      case '\x86':
      case '\x87':
        return push_items(Kind::kTuple, pop(static_cast<std::size_t>(code - '\x85') + 1)), true;
      case 'a':
        return extend(pop(1)), true;
      case 's':
        return extend(pop(2)), true;
      case 'e':
      case 'u':
        return extend(pop_to_mark()), true;
      case 'c':  // a class or function by its name
        return line(), line(), push_opaque(), true;
      case '\x93':
      case 'R':     // what a function answers with
      case '\x81':  // an object of a class
      case 'b':     // an object given its state
        return pop(2), push_opaque(), true;
      default:
        return false;
    }
  }

  bool memo(char code) {
    switch (code) {
      case '\x80':
        return take(1), true;  // the protocol
      case '\x95':
        return take(8), true;  // a frame
      case '0':
        return pop(), true;
      case '\x94':
        return put(memo_.size()), true;
      case 'q':
        return put(whole(1)), true;
      case 'r':
        return put(whole(4)), true;
      case 'p':
        return put(number_in(line())), true;
      case 'h':
        return get(whole(1)), true;
      case 'j':
        return get(whole(4)), true;
      case 'g':
        return get(number_in(line())), true;
      default:
        return false;
    }
  }
  static std::uint64_t number_in(std::string_view digits) {
    std::uint64_t number = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
      throw IoError("expected a number of the memo, found \"" + std::string(digits) + '"');
    return number;
  }
  void put(std::uint64_t number) {
    if (stack_.empty()) throw IoError("expected an object, found none");
    memo_[number] = stack_.back();
  }
  void get(std::uint64_t number) {
    const auto found = memo_.find(number);
    if (found == memo_.end()) throw IoError("expected an object of the memo, found none");
    // What may still change is shown to nobody else: it would be able to hold itself.
    const bool changes =
        found->second->kind == Pickled::Kind::kList || found->second->kind == Pickled::Kind::kDict;
    push(changes ? opaque_ : found->second);
  }

  std::string_view bytes_;
  const Object opaque_ = std::make_shared<Pickled>();
  std::vector<Object> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Object> memo_;
};

}  // namespace

const Pickled* Pickled::get(std::string_view key) const {
  if (kind != Kind::kDict) return nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->kind == Kind::kText && items[i]->text == key) return items[i + 1].get();
  }
  return nullptr;
}

std::shared_ptr<const Pickled> read_pickle(std::string_view bytes) { return Machine(bytes).run(); }

}  // namespace treadle::io::npy

#include "treadle/item.h"

#include <charconv>
#include <cmath>

#include "treadle/codecs.h"
#include "treadle/error.h"

namespace treadle {
namespace {

constexpr const char* kKinds[] = {"null",   "a truth value", "an integer", "a float",
                                  "a text", "a list",        "an object"};

/// Deeper JSON is refused when it is read, so that walking through it needs no more stack than this.
constexpr int kDeepest = 1024;

void append_quoted(std::string_view text, std::string& to) {
  constexpr const char* kDigits = "0123456789abcdef";
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += {'\\', c};
    } else if (c == '\n') {
      to += "\\n";
    } else if (byte < 0x20) {
      to += std::string("\\u00") + kDigits[byte >> 4] + kDigits[byte & 15];
    } else {
      to += c;
    }
  }
  to += '"';
}

struct Printer {
  std::string& to;
  void operator()(std::monostate) const { to += "null"; }
  void operator()(bool value) const { to += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { to += std::to_string(value); }
  void operator()(double value) const {
    if (!std::isfinite(value)) {
      to += std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
      return;
    }
    char digits[32];
    const std::string_view text(
        digits, static_cast<std::size_t>(std::to_chars(digits, digits + 32, value).ptr - digits));
    to += text;
    // So that it is read back as a float.
    if (text.find_first_of(".e") == std::string_view::npos) to += ".0";
  }
  void operator()(const std::string& text) const { append_quoted(text, to); }
  void operator()(const Item::List& items) const {
    to += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i != 0) to += ", ";
      std::visit(*this, items[i].value());
    }
    to += ']';
  }
  void operator()(const Item::Object& fields) const {
    to += '{';
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != 0) to += ", ";
      append_quoted(fields[i].first, to);
      to += ": ";
      std::visit(*this, fields[i].second.value());
    }
    to += '}';
  }
};

std::size_t heap_bytes(const std::string& text) { return text.capacity() > 15 ? text.capacity() + 1 : 0; }

std::size_t heap_bytes(const Item& item) {
  if (const auto* text = std::get_if<std::string>(&item.value())) return heap_bytes(*text);
  std::size_t bytes = 0;
  if (const auto* items = std::get_if<Item::List>(&item.value())) {
    bytes = items->capacity() * sizeof(Item);
    for (const Item& one : *items) bytes += heap_bytes(one);
  } else if (const auto* fields = std::get_if<Item::Object>(&item.value())) {
    bytes = fields->capacity() * sizeof(Item::Object::value_type);
    for (const auto& [name, one] : *fields) bytes += heap_bytes(name) + heap_bytes(one);
  }
  return bytes;
}

Item read_item(ByteSource& source, int depth) {
  if (depth > kDeepest) throw IoError("an item is damaged: it is nested too deeply");
  switch (Codec<std::uint8_t>::read(source)) {
    case 0:
      return {};
    case 1:
      return Codec<bool>::read(source);
    case 2:
      return Codec<std::int64_t>::read(source);
    case 3:
      return Codec<double>::read(source);
    case 4:
      return Codec<std::string>::read(source);
    case 5: {
      Item::List items;
      for (auto left = Codec<std::uint64_t>::read(source); left != 0; --left) {
        items.push_back(read_item(source, depth + 1));
      }
      return items;
    }
    case 6: {
      Item::Object fields;
      for (auto left = Codec<std::uint64_t>::read(source); left != 0; --left) {
        std::string name = Codec<std::string>::read(source);
        fields.emplace_back(std::move(name), read_item(source, depth + 1));
      }
      return fields;
    }
    default:
      throw IoError("an item is damaged: it is of no kind that there is");
  }
}

struct Writer {
  ByteSink& sink;
  void operator()(std::monostate) const {}
  template <class T>
  void operator()(const T& value) const {
    Codec<T>::write(value, sink);
  }
  void operator()(const Item::List& items) const {
    Codec<std::uint64_t>::write(items.size(), sink);
    for (const Item& item : items) Codec<Item>::write(item, sink);
  }
  void operator()(const Item::Object& fields) const {
    Codec<std::uint64_t>::write(fields.size(), sink);
    for (const auto& [name, item] : fields) {
      Codec<std::string>::write(name, sink);
      Codec<Item>::write(item, sink);
    }
  }
};

}  // namespace

void Item::throw_other_type() const {
  throw TypeError(std::string("expected an item of another kind, found ") + kKinds[value_.index()] + ": " +
                  to_json().substr(0, 200));
}

double Item::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*integer);
  return get<double>();
}

const Item* Item::find(std::string_view name) const noexcept {
  const auto* fields = std::get_if<Object>(&value_);
  if (fields == nullptr) return nullptr;
  for (auto field = fields->rbegin(); field != fields->rend(); ++field) {
    if (field->first == name) return &field->second;
  }
  return nullptr;
}

const Item* Item::find(std::int64_t place) const noexcept {
  const auto* items = std::get_if<List>(&value_);
  if (items == nullptr) return nullptr;
  const auto size = static_cast<std::int64_t>(items->size());
  if (place < 0) place += size;
  return place < 0 || place >= size ? nullptr : &(*items)[static_cast<std::size_t>(place)];
}

const Item& Item::operator[](std::string_view name) const {
  if (const Item* found = find(name)) return *found;
  throw NotFound("expected a field '" + std::string(name) + "', found " + to_json().substr(0, 200));
}

std::string Item::to_json() const {
  std::string text;
  std::visit(Printer{text}, value_);
  return text;
}

std::size_t Codec<Item>::nbytes(const Item& item) { return sizeof(Item) + heap_bytes(item); }

void Codec<Item>::write(const Item& item, ByteSink& sink) {
  Codec<std::uint8_t>::write(static_cast<std::uint8_t>(item.value().index()), sink);
  std::visit(Writer{sink}, item.value());
}

Item Codec<Item>::read(ByteSource& source) { return read_item(source, 0); }

}  // namespace treadle

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "treadle/value.h"

namespace treadle {

/// A value as JSON knows them: null, a truth value, a number, a text, a list or an object. Numbers are
/// integers of 64 bits where they fit, else floats.
class Item {
 public:
  using List = std::vector<Item>;
  /// Fields in the order of the text; of two with one name the later counts.
  using Object = std::vector<std::pair<std::string, Item>>;
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Object>;

  Item() = default;
  Item(bool value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
  Item(int value) : value_(std::int64_t{value}) {}       // NOLINT(google-explicit-constructor)
  Item(std::int64_t value) : value_(value) {}            // NOLINT(google-explicit-constructor)
  Item(double value) : value_(value) {}                  // NOLINT(google-explicit-constructor)
  Item(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Item(std::string text) : value_(std::move(text)) {}    // NOLINT(google-explicit-constructor)
  Item(List items) : value_(std::move(items)) {}         // NOLINT(google-explicit-constructor)
  Item(Object fields) : value_(std::move(fields)) {}     // NOLINT(google-explicit-constructor)

  const Variant& value() const noexcept { return value_; }
  bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  /// The value, which is a T. Throws TypeError for another.
  template <class T>
  const T& get() const {
    const T* held = std::get_if<T>(&value_);
    if (held == nullptr) throw_other_type();
    return *held;
  }
  /// An integer or a float. Throws TypeError for anything else.
  double number() const;
  /// The field of that name; null if the item is no object or lacks it.
  const Item* find(std::string_view name) const noexcept;
  /// The element at a place, from the end if it is negative; null if the item is no list or ends before.
  const Item* find(std::int64_t place) const noexcept;
  /// The field. Throws NotFound naming it and the fields there are.
  const Item& operator[](std::string_view name) const;

  /// As JSON on one line.
  std::string to_json() const;
  /// Reads JSON. Throws ParseError.
  static Item from_json(std::string_view text);

  bool operator==(const Item&) const = default;
  /// By kind first, in the order of the variant's alternatives, then by value; an order for maps and sorting.
  bool operator<(const Item& other) const { return value_ < other.value_; }

 private:
  [[noreturn]] void throw_other_type() const;

  Variant value_;
};

template <>
struct Codec<Item> {
  static constexpr std::string_view kind = "item";
  static std::size_t nbytes(const Item& item);
  static void write(const Item& item, ByteSink& sink);
  static Item read(ByteSource& source);
};

}  // namespace treadle

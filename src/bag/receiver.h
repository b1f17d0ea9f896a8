#pragma once

#include <memory>
#include <string_view>

#include "treadle/error.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): the library's name
}

namespace treadle::bag {

/// What items are handed to, one after the other: a step of a pipeline, or its end. An item is a text, a JSON
/// value, or the texts between begin_list() and end_list(). Views die with the call. One thread at a time.
class Receiver {
 public:
  Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  virtual ~Receiver() = default;

  virtual void take(std::string_view text);
  virtual void take_json(const simdjson::dom::element& json);
  virtual void begin_list();
  virtual void end_list() {}
};

/// An item that a step cannot take: who hands the items out adds which one it was.
class BadItem : public ParseError {
 public:
  explicit BadItem(const std::string& reason) : ParseError({}, reason) {}
};

}  // namespace treadle::bag

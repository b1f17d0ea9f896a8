#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace treadle::jobs {

/// In the order of the text: columns keep theirs.
using Json = nlohmann::ordered_json;

/// Text as JSON. Throws ParseError with line and column for what is none, and for a key that occurs twice.
Json parse_json(std::string_view text, const std::string& file);

/// A kind of object in a job: the keys that it can have. docs/job-schema.json states the same, which a test
/// checks.
struct Shape {
  std::string_view name;  // in the schema's $defs
  std::span<const std::string_view> keys;
};
/// All there are.
std::span<const Shape> shapes();
const Shape& shape(std::string_view name);

/// A value within the job and where it stands. Every getter throws InvalidArgument at its place if the value
/// is of another kind, saying what was expected.
class JsonReader {
 public:
  JsonReader(const Json& value, std::string pointer) : value_(&value), pointer_(std::move(pointer)) {}

  const Json& value() const noexcept { return *value_; }
  const std::string& pointer() const noexcept { return pointer_; }
  [[noreturn]] void fail_expected(std::string_view what) const;

  /// Checks that this is an object and has no keys but the shape's.
  const JsonReader& expect(std::string_view shape_name) const;
  bool has(std::string_view key) const;
  /// The value under a key. Throws if it is missing.
  JsonReader at(std::string_view key) const;
  std::optional<JsonReader> find(std::string_view key) const;
  /// Of an object: keys and values in order. Of an array: its items.
  std::vector<std::pair<std::string, JsonReader>> members() const;
  std::vector<JsonReader> items() const;

  std::string text() const;
  bool boolean() const;
  std::int64_t whole_number(std::int64_t least, std::int64_t most = INT64_MAX) const;
  /// One character; "" is 0.
  char character() const;
  /// Bytes: a number, or text such as "64 MiB".
  std::size_t byte_size() const;
  /// A list of texts; one text alone is a list, too.
  std::vector<std::string> texts() const;
  /// One of `choices`: its position.
  std::size_t choice(std::span<const std::string_view> choices) const;

 private:
  const Json* value_;
  std::string pointer_;
};

}  // namespace treadle::jobs

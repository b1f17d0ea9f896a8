#include "io/ndjson/sample.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "columnar/join_types.h"
#include "io/csv/bad_input.h"
#include "io/ndjson/json_type.h"
#include "io/ndjson/value_builder.h"
#include "treadle/error.h"

namespace treadle::ndjson {
namespace {

constexpr std::size_t kPlaces = 16;
constexpr std::size_t kPlaceBytes = 64 << 10;
// A line longer than this is not looked at: planning must fit into any memory.
constexpr std::size_t kLongestLine = 8 << 20;

class Sampling {
 public:
  explicit Sampling(const std::vector<JsonFile>& files) : files_(files) {}

  void run() {
    std::uint64_t total = 0;
    for (const JsonFile& file : files_) total += file.identity.size;
    const bool small = total <= kPlaces * kPlaceBytes;
    const std::size_t places = small ? files_.size() : kPlaces;
    std::optional<std::size_t> last_file;
    for (std::size_t place = 0; place < places; ++place) {
      std::uint64_t at = small ? 0 : total / kPlaces * place;
      std::size_t file = small ? place : 0;
      while (!small && at >= files_[file].identity.size) at -= files_[file++].identity.size;
      const bool compressed = files_[file].encoding != io::Encoding::kPlain;
      // A stream can only be sampled where it begins.
      if (compressed && last_file == file) continue;
      last_file = file;
      const std::size_t bytes = small || compressed ? kPlaces * kPlaceBytes : kPlaceBytes;
      look(files_[file], compressed ? 0 : at, bytes);
    }
  }

  const std::vector<Field>& fields() const { return fields_; }
  /// What was wrong with the first line that is no object.
  const std::optional<ParseError>& fault() const { return fault_; }

 private:
  void look(const JsonFile& file, std::uint64_t at, std::size_t bytes) {
    std::string text;
    if (file.encoding == io::Encoding::kPlain) {
      const io::File open(file.identity);
      read(bytes, text, [&](std::size_t have, char* to, std::size_t size) {
        const auto left = static_cast<std::size_t>(std::min<std::uint64_t>(size, open.size() - at - have));
        open.read_at(at + have, to, left);
        return left;
      });
    } else {
      const auto stream = io::open_stream(io::File(file.identity), file.encoding);
      read(bytes, text, [&](std::size_t, char* to, std::size_t size) {
        return stream->read(reinterpret_cast<std::uint8_t*>(to), size);
      });
    }
    see_lines(file.identity.path, text, at != 0);
  }

  /// Reads `bytes`, or on until two lines have begun, so that one is whole.
  template <class Read>
  void read(std::size_t bytes, std::string& text, const Read& read) {
    bool ended = false;
    while (!ended && (text.size() < bytes || std::ranges::count(text, '\n') < 2) &&
           text.size() < kLongestLine) {
      const std::size_t have = text.size(), more = std::max(bytes, have);
      text.resize(have + more);
      const std::size_t got = read(have, text.data() + have, more);
      ended = got < more;
      text.resize(have + got);
    }
    if (!ended) text.resize(text.rfind('\n') + 1);  // npos + 1 is 0: no line at all
  }

  void see_lines(const std::string& path, std::string& text, bool begins_within) {
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    std::string_view rest = text;
    if (begins_within) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (!begins_within && rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    for (std::uint64_t number = 1; !rest.empty(); ++number) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (std::string wrong = see(line); !wrong.empty() && !fault_)
        fault_.emplace(TextPosition{path, begins_within ? 0 : number, 0}, wrong);
    }
  }

  /// Joins the types of the line's values to those seen before, all or none. What is wrong with it, if it is
  /// no object.
  std::string see(std::string_view line) {
    ondemand::document document;
    const simdjson::padded_string_view padded(line.data(), line.size(),
                                              line.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser_.iterate(padded).get(document)) return simdjson::error_message(error);
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS)
      return "expected an object, found " + csv::quoted(line);
    std::vector<Field> seen;
    for (auto member : object) {
      ondemand::field field;
      std::string_view key;
      if (const auto error = std::move(member).get(field)) return simdjson::error_message(error);
      if (const auto error = field.unescaped_key().get(key)) return simdjson::error_message(error);
      const std::string name(key);
      std::string fault;
      const auto type = type_of(field.value(), fault);
      if (!type) return fault;
      seen.push_back({name, *type});
    }
    for (const Field& field : seen) add(field);
    return {};
  }

  void add(const Field& field) {
    const auto [place, is_new] = places_.emplace(field.name, fields_.size());
    if (is_new) {
      fields_.push_back(field);
    } else {
      fields_[place->second].type = columnar::join_types(fields_[place->second].type, field.type);
    }
  }

  const std::vector<JsonFile>& files_;
  ondemand::parser parser_;
  std::vector<Field> fields_;
  std::unordered_map<std::string, std::size_t> places_;
  std::optional<ParseError> fault_;
};

/// The names of the columns, in order.
std::vector<std::string> column_names(const std::vector<Field>& seen, const NdjsonOptions& options) {
  if (!options.columns.empty()) {
    const std::set<std::string> unique(options.columns.begin(), options.columns.end());
    if (unique.size() != options.columns.size())
      throw InvalidArgument("ndjson: columns must not repeat a name");
    return options.columns;
  }
  std::vector<std::string> names;
  for (const Field& field : seen) names.push_back(field.name);
  for (const auto& [name, type] : options.dtypes) {
    if (std::ranges::find(seen, name, &Field::name) == seen.end()) names.push_back(name);
  }
  return names;
}

void check_dtypes(const NdjsonOptions& options) {
  for (const auto& [name, type] : options.dtypes) {
    make_value_builder(type);  // throws if there is none
    if (options.columns.empty() || std::ranges::find(options.columns, name) != options.columns.end())
      continue;
    throw InvalidArgument("ndjson: dtypes gives a type to \"" + name + "\", which is not among columns");
  }
}

}  // namespace

SampledColumns sample_columns(const std::vector<JsonFile>& files, const NdjsonOptions& options) {
  check_dtypes(options);
  Sampling sampling(files);
  sampling.run();
  SampledColumns out;
  for (const std::string& name : column_names(sampling.fields(), options)) {
    const auto given = options.dtypes.find(name);
    const auto seen = std::ranges::find(sampling.fields(), name, &Field::name);
    DataType type;
    if (given != options.dtypes.end()) {
      type = given->second;
    } else if (seen != sampling.fields().end()) {
      type = seen->type;
    }
    const bool fixed = given != options.dtypes.end();
    out.fields.push_back({name, type, !fixed && type.id() != TypeId::kUtf8});
    out.fixed.push_back(fixed);
  }
  if (!out.fields.empty()) return out;
  if (sampling.fault()) throw ParseError(*sampling.fault());
  throw ParseError({files.front().identity.path, 0, 0}, "expected lines of JSON objects, found none");
}

}  // namespace treadle::ndjson

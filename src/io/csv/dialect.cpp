#include "io/csv/dialect.h"

#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::csv {
namespace {

void check_roles(const CsvOptions& options) {
  const std::pair<const char*, char> roles[] = {{"delimiter", options.delimiter},
                                                {"quote", options.quote},
                                                {"escape", options.escape},
                                                {"comment", options.comment}};
  for (const auto& [name, character] : roles) {
    if (character == '\n' || character == '\r') {
      throw InvalidArgument(std::string("csv: ") + name + " must not be a line end");
    }
    for (const auto& [other, taken] : roles) {
      const bool doubled_quote = (name == roles[2].first && other == roles[1].first);
      if (name == other) break;
      if (character != 0 && character == taken && !doubled_quote) {
        throw InvalidArgument(std::string("csv: ") + name + " and " + other + " must differ; both are '" +
                              character + "'");
      }
    }
  }
}

}  // namespace

Dialect::Dialect(const CsvOptions& options)
    : delimiter(static_cast<std::uint8_t>(options.delimiter)),
      quote(static_cast<std::uint8_t>(options.quote)),
      escape(static_cast<std::uint8_t>(options.escape)),
      comment(static_cast<std::uint8_t>(options.comment)),
      spaces_are_blank(options.skip_blank_lines && options.spaces_are_blank) {
  if (options.delimiter == 0) throw InvalidArgument("csv: delimiter must be a character; it is NUL");
  check_roles(options);
  // A quote that escapes a quote is what doubling already means.
  if (escape == quote) escape = 0;
}

}  // namespace treadle::csv

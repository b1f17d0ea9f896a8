#include "io/csv/fields.h"

namespace treadle::csv {
namespace {

/// The general way: quotes open only at the start, a doubled one is one, an escaped byte is itself.
void unescape(const Dialect& dialect, std::string_view field, std::string& out) {
  out.clear();
  bool quoted = false, after_quote = false;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(field[i]);
    const bool is_quote = dialect.quote != 0 && byte == dialect.quote;
    if (dialect.escape != 0 && byte == dialect.escape && i + 1 < field.size()) {
      out += field[++i];
      after_quote = false;
    } else if (is_quote && quoted) {
      quoted = false;
      after_quote = true;
    } else if (is_quote && (i == 0 || after_quote)) {
      if (after_quote) out += field[i];
      quoted = true;
      after_quote = false;
    } else {
      out += field[i];
      after_quote = false;
    }
  }
}

}  // namespace

FieldText decode_field(const Dialect& dialect, std::string_view field, std::string& scratch) {
  const char quote = static_cast<char>(dialect.quote);
  const bool quoted = dialect.quote != 0 && !field.empty() && field.front() == quote;
  const bool escaped =
      dialect.escape != 0 && field.find(static_cast<char>(dialect.escape)) != std::string_view::npos;
  if (!escaped) {
    if (!quoted) return {field, false, false};
    // The common quoted field has its two quotes and no other.
    if (field.find(quote, 1) == field.size() - 1) return {field.substr(1, field.size() - 2), true, false};
  }
  unescape(dialect, field, scratch);
  return {scratch, quoted, true};
}

}  // namespace treadle::csv

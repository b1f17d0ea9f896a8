#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <set>

#include "sql/tokens.h"
#include "treadle/error.h"
#include "treadle/sql.h"

// Values in the places of parameters, before anything else is read: what is a constant in the grammar (LIMIT,
// the pattern of LIKE) may be a parameter, too.
namespace treadle {
namespace {

using sql::Token;

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + '\'';
}

std::string number(double value) {
  if (!std::isfinite(value))
    return std::isnan(value) ? "'NaN'::float8" : value > 0 ? "'inf'::float8" : "'-inf'::float8";
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  std::string text(digits, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// What PostgreSQL's grammar reads as this value. Negative numbers stand in brackets: a - -1 would be a
// comment.
std::string literal_of(const Scalar& value) {
  if (value.is_null()) return "NULL";
  if (const auto* flag = std::get_if<bool>(&value.storage())) return *flag ? "TRUE" : "FALSE";
  const std::string text = value.to_string();
  switch (value.type().id()) {
    case TypeId::kUtf8:
      return quoted(std::get<std::string>(value.storage()));
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      return '(' + number(std::get<double>(value.storage())) + ')';
    case TypeId::kDate:
      return '(' + quoted(text) + "::date)";
    case TypeId::kTime:
      return '(' + quoted(text) + "::time)";
    case TypeId::kTimestamp:
      return '(' + quoted(text) + (value.type().zone().empty() ? "::timestamp)" : "::timestamptz)");
    case TypeId::kDecimal128:
      return '(' + quoted(text) + "::numeric(" + std::to_string(value.type().precision()) + ',' +
             std::to_string(value.type().scale()) + "))";
    case TypeId::kDuration:
      return "(interval '" + std::to_string(std::get<std::int64_t>(value.storage())) + " microseconds')";
    default:
      if (value.type().is_integer()) return '(' + text + ')';
      throw InvalidArgument("a parameter is a number, a text, a bool, a date or a time, found " +
                            value.type().to_string());
  }
}

// Finds the parameters of a text and puts values in their places.
class Binder {
 public:
  Binder(std::string_view text, const std::vector<Scalar>& values, const std::map<std::string, Scalar>& named)
      : text_(text), values_(values), named_(named) {}

  std::string bind() {
    const std::vector<Token> tokens = scan();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const std::string_view word = text_.substr(tokens[i].begin, tokens[i].end - tokens[i].begin);
      if (tokens[i].kind == sql::kStringToken || word[0] == '"') continue;
      // a=? is one operator to the scanner.
      const bool op = std::ranges::all_of(
          word, [](char c) { return std::string_view("?=<>+-*/%|").find(c) != std::string_view::npos; });
      if (op && word.back() == '?') {
        put(tokens[i].end - 1, 1, by_place(next_++, tokens[i].end - 1));
      } else if (word.size() > 1 && word[0] == '$' &&
                 std::isdigit(static_cast<unsigned char>(word[1])) != 0) {
        std::size_t place = 0;
        std::from_chars(word.data() + 1, word.data() + word.size(), place);
        put(tokens[i].begin, word.size(), by_place(place - 1, tokens[i].begin));
      } else if (word == "$" && i + 1 < tokens.size() && tokens[i + 1].begin == tokens[i].end) {
        const std::string name(text_.substr(tokens[i + 1].begin, tokens[i + 1].end - tokens[i + 1].begin));
        put(tokens[i].begin, name.size() + 1, by_name(name, tokens[i].begin));
      }
    }
    check_all_used();
    return out_ + std::string(text_.substr(from_));
  }

 private:
  std::vector<Token> scan() const {
    try {
      return sql::scan_tokens(std::string(text_));
    } catch (const sql::SyntaxError& error) {
      throw ParseError(TextPosition{}, error.message);
    }
  }

  void put(std::size_t begin, std::size_t size, const std::string& literal) {
    out_ += text_.substr(from_, begin - from_);
    out_ += ' ' + literal + ' ';
    from_ = begin + size;
  }

  std::string by_place(std::size_t place, std::size_t location) {
    if (place >= values_.size()) {
      fail(location, "a value for parameter " + std::to_string(place + 1) + " is expected, found " +
                         std::to_string(values_.size()) + (values_.size() == 1 ? " value" : " values"));
    }
    used_.insert(std::to_string(place));
    return literal_of(values_[place]);
  }

  std::string by_name(const std::string& name, std::size_t location) {
    const auto found = named_.find(name);
    if (found == named_.end())
      fail(location, "a value for the parameter $" + name + " is expected, found none");
    used_.insert(name);
    return literal_of(found->second);
  }

  void check_all_used() const {
    if (used_.size() == values_.size() + named_.size()) return;
    throw InvalidArgument(
        "expected as many values as the query has parameters: " + std::to_string(used_.size()) + ", found " +
        std::to_string(values_.size() + named_.size()));
  }

  [[noreturn]] void fail(std::size_t location, const std::string& message) const {
    const std::string_view before = text_.substr(0, location);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    TextPosition at;
    at.line = 1 + static_cast<std::uint64_t>(std::ranges::count(before, '\n'));
    at.column = 1 + static_cast<std::uint64_t>(std::ranges::count_if(before.substr(line_start), [](char c) {
                  return static_cast<signed char>(c) >= -64;
                }));
    throw ParseError(at, message);
  }

  std::string_view text_;
  const std::vector<Scalar>& values_;
  const std::map<std::string, Scalar>& named_;
  std::string out_;
  std::size_t from_ = 0, next_ = 0;
  std::set<std::string> used_;
};

}  // namespace

std::string with_parameters(std::string_view text, const std::vector<Scalar>& values,
                            const std::map<std::string, Scalar>& named) {
  return Binder(text, values, named).bind();
}

}  // namespace treadle

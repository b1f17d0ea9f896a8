#include "sql/query_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace treadle::sql {
namespace {

constexpr std::string_view kExpressionPrefix = "SELECT ";
constexpr std::size_t kExcerptWidth = 100;
// PostgreSQL's grammar makes a + a + a ... a tree as deep as it is long and then walks it recursively.
constexpr std::ptrdiff_t kMaxOperators = 10000;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// The length of the code point that `text` starts with; 0 if it is not well-formed UTF-8.
std::size_t code_point_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first < 0xE0   ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second >= 0xA0;
  return overlong || surrogate || (first == 0xF4 && second >= 0x90) ? 0 : length;
}

// Undoes quoting: 'it''s' and "it""s"; E'' strings keep their escapes, file names do not need them.
std::string unquoted(std::string_view token) {
  const char quote = token.back();
  std::string out;
  for (std::size_t i = token.find(quote) + 1; i + 1 < token.size(); ++i) {
    out += token[i];
    if (token[i] == quote) ++i;
  }
  return out;
}

// FROM t: all of its columns.
bool begins_with_from(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  return lower(text.substr(begin, 4)) == "from" && begin + 4 < text.size() &&
         std::isspace(static_cast<unsigned char>(text[begin + 4])) != 0;
}

bool ends_from_clause(std::string_view keyword) {
  static constexpr std::array<std::string_view, 11> kEnds = {
      "where", "group", "having", "order", "limit", "offset", "fetch", "union", "except", "intersect", ";"};
  return std::find(kEnds.begin(), kEnds.end(), keyword) != kEnds.end();
}

bool ends_item(std::string_view token) {
  return token == "," || token == "from" || token == "qualify" || token == "asc" || token == "desc" ||
         token == "nulls" || ends_from_clause(token);
}

}  // namespace

QueryText::QueryText(std::string_view text, Kind kind) {
  if (kind == Kind::kExpression) text_ = kExpressionPrefix;
  if (kind == Kind::kStatement && begins_with_from(text)) text_ = "SELECT * ";
  prefix_ = text_.size();
  text_ += text;
  check_characters();
  grammatical_ = text_;
  try {
    tokens_ = scan_tokens(text_);
  } catch (const SyntaxError& error) {
    fail(error);
  }
  const auto num_operators = std::count_if(tokens_.begin(), tokens_.end(), [&](const Token& token) {
    return std::string_view("+-*/%^<>=|!~:[").find(text_[token.begin]) != std::string_view::npos;
  });
  if (num_operators > kMaxOperators)
    fail(0, "the text has more than " + std::to_string(kMaxOperators) + " operators");
  quote_file_names();
  try {
    friendly_ = take_friendly_syntax(text_, tokens_, grammatical_);
  } catch (const FriendlyFault& fault) {
    fail(fault.location, fault.message);
  }
}

void QueryText::check_characters() const {
  for (std::size_t at = 0; at < text_.size();) {
    if (text_[at] == '\0') fail(at, "SQL text must not contain a NUL character");
    const std::size_t length = code_point_length(std::string_view(text_).substr(at));
    if (length == 0) {
      throw ParseError(position(at), "SQL text must be UTF-8, found an invalid byte");
    }
    at += length;
  }
}

// FROM 'x.csv' is not PostgreSQL: the string becomes an identifier as long as it, so that offsets stay. FROM
// inside brackets is a clause only where the brackets hold a SELECT: extract(year FROM '2013-01-31') is none.
void QueryText::quote_file_names() {
  struct Level {
    bool select;
    bool in_from = false;
  };
  std::vector<Level> levels = {{true}};
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const std::string word = lower(token_text(tokens_[i]));
    const bool is_next_string = i + 1 < tokens_.size() && tokens_[i + 1].kind == kStringToken;
    Level& level = levels.back();
    if (word == "(") {
      const bool select = i + 1 < tokens_.size() && lower(token_text(tokens_[i + 1])) == "select";
      levels.push_back({select});
      continue;
    }
    if (word == ")" && levels.size() > 1) levels.pop_back();
    if (word == "from") level.in_from = level.select;
    if (ends_from_clause(word)) level.in_from = false;
    if (!level.in_from || !is_next_string || (word != "from" && word != "join" && word != ",")) continue;

    const Token& file = tokens_[i + 1];
    const std::string name = '"' + std::to_string(file_names_.size()) + '"';
    if (name.size() > file.end - file.begin) fail(file.begin, "a file name must not be empty");
    file_names_.push_back(unquoted(token_text(file)));
    grammatical_.replace(file.begin, file.end - file.begin,
                         name + std::string(file.end - file.begin - name.size(), ' '));
  }
}

std::optional<std::string> QueryText::file_name(std::string_view table) const {
  for (std::size_t i = 0; i < file_names_.size(); ++i) {
    if (table == std::to_string(i)) return file_names_[i];
  }
  return std::nullopt;
}

std::string_view QueryText::token_text(const Token& token) const {
  return std::string_view(text_).substr(token.begin, token.end - token.begin);
}

std::vector<Token>::const_iterator QueryText::token_from(std::size_t location) const {
  return std::lower_bound(tokens_.begin(), tokens_.end(), location,
                          [](const Token& t, std::size_t at) { return t.begin < at; });
}

bool QueryText::is_try(std::size_t location) const {
  return std::find(friendly_.tries.begin(), friendly_.tries.end(), location) != friendly_.tries.end();
}

bool QueryText::is_all(std::size_t location) const {
  return std::find(friendly_.all.begin(), friendly_.all.end(), location) != friendly_.all.end();
}

std::size_t QueryText::word_before(std::string_view word, std::size_t location) const {
  for (auto token = token_from(location); token != tokens_.begin();) {
    --token;
    if (lower(token_text(*token)) == word) return token->begin;
  }
  return 0;
}

std::size_t QueryText::select_before(std::size_t location) const { return word_before("select", location); }

bool QueryText::is_semi_join(std::size_t location) const {
  return std::ranges::count(friendly_.semi_joins, word_before("join", location)) > 0;
}

bool QueryText::is_anti_join(std::size_t location) const {
  return std::ranges::count(friendly_.anti_joins, word_before("join", location)) > 0;
}

bool QueryText::is_by_name(std::size_t location) const {
  return std::ranges::count(friendly_.by_name, word_before("union", location)) > 0;
}

std::size_t QueryText::star_from(std::size_t location) const {
  const auto star = std::find_if(token_from(location), tokens_.end(),
                                 [&](const Token& token) { return token_text(token) == "*"; });
  return star == tokens_.end() ? location : star->begin;
}

std::int64_t QueryText::signed_integer(std::size_t location) const {
  std::int64_t sign = 1;
  for (auto token = token_from(location); token != tokens_.end(); ++token) {
    const std::string_view text = token_text(*token);
    std::int64_t value = 0;
    if (text == "-")
      sign = -sign;
    else if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
      return sign * value;
    else if (text != "(" && text != "+")
      break;
  }
  return 0;
}

std::string QueryText::spelled_name(std::size_t location) const {
  auto token = token_from(location);
  if (token == tokens_.end() || token->begin != location) return {};
  while (tokens_.end() - token > 2 && token_text(token[1]) == ".") token += 2;
  const std::string_view text = token_text(*token);
  return text.front() == '"' ? unquoted(text) : std::string(text);
}

std::string QueryText::item_text(std::size_t location) const {
  auto token = token_from(location);
  std::string out;
  int depth = 0;
  for (std::size_t end = location; token != tokens_.end(); end = token->end, ++token) {
    const std::string_view text = token_text(*token);
    if (depth == 0 && (text == ")" || ends_item(lower(text)))) break;
    depth += text == "(" ? 1 : text == ")" ? -1 : 0;
    if (token->begin > end && !out.empty()) out += ' ';
    out += text;
  }
  return out;
}

std::string QueryText::call_text(std::size_t location) const {
  std::string out;
  int depth = 0;
  std::size_t end = location;
  for (auto token = token_from(location); token != tokens_.end(); end = token->end, ++token) {
    const std::string_view text = token_text(*token);
    if (token->begin > end && !out.empty()) out += ' ';
    out += text;
    depth += text == "(" ? 1 : text == ")" ? -1 : 0;
    if (depth == 0 && text == ")") break;
  }
  return out;
}

std::size_t QueryText::own_offset(std::size_t location) const noexcept {
  const std::size_t offset = location < prefix_ ? 0 : location - prefix_;
  return std::min(offset, text_.size() - prefix_);
}

TextPosition QueryText::position(std::size_t location) const {
  const std::string_view before = std::string_view(text_).substr(prefix_, own_offset(location));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  TextPosition position;
  position.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  position.column = 1 + count_code_points(before.substr(line_start));
  return position;
}

std::string QueryText::place(std::size_t location) const {
  const TextPosition at = position(location);
  return "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": ";
}

std::string QueryText::excerpt(std::size_t location) const {
  const std::string_view own = std::string_view(text_).substr(prefix_);
  const std::size_t offset = own_offset(location);
  std::size_t begin = own.substr(0, offset).rfind('\n') + 1;
  std::size_t end = std::min(own.find('\n', offset), own.size());
  // Of a long line, the part around the fault.
  if (end - begin > kExcerptWidth) {
    begin = std::max(begin, offset < kExcerptWidth / 2 ? 0 : offset - kExcerptWidth / 2);
    end = std::min(end, begin + kExcerptWidth);
    while (begin < offset && is_continuation(own[begin])) ++begin;
    while (end > offset && end < own.size() && is_continuation(own[end])) --end;
  }
  std::string line(own.substr(begin, end - begin));
  std::replace_if(line.begin(), line.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return "\n  " + line + "\n  " + std::string(count_code_points(own.substr(begin, offset - begin)), ' ') +
         '^';
}

void QueryText::fail(std::size_t location, const std::string& message) const {
  throw ParseError(position(location), message + excerpt(location));
}

// PostgreSQL counts code points, the tree bytes.
void QueryText::fail(const SyntaxError& error) const {
  std::size_t location = error.cursor == 0 ? 0 : text_.size();
  for (std::size_t at = 0, seen = 0; at < text_.size() && error.cursor != 0; ++at) {
    if (!is_continuation(text_[at]) && ++seen == error.cursor) {
      location = at;
      break;
    }
  }
  fail(location, error.message);
}

void QueryText::fail_unsupported(std::size_t location, const std::string& what) const {
  fail(location, "not supported yet: " + what);
}

}  // namespace treadle::sql

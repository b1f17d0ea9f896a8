#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/friendly_syntax.h"
#include "sql/tokens.h"
#include "treadle/error.h"

// The sql room: SQL text to a dataframe plan, by PostgreSQL's own grammar (libpg_query).
//
//   text --scan--> tokens --file names quoted--> grammatical text --parse--> tree --translate--> Expression,
//   DataFrame
//
//   scope      what names and calls mean at a place of a statement: columns, group keys, whether aggregates
//   may stand there dialect    where PostgreSQL and Polars differ: SQL statements follow the one, expressions
//   of jobs the other
//
// Every fault found here names its line and column and shows the line.
namespace treadle::sql {

/// A statement or expression as its user typed it: tokens, positions, and the text that PostgreSQL's grammar
/// takes.
class QueryText {
 public:
  enum class Kind : std::uint8_t { kStatement, kExpression };
  /// Throws ParseError for NUL, invalid UTF-8 and what cannot be cut into tokens.
  QueryText(std::string_view text, Kind kind);

  /// What to parse. Strings behind FROM and JOIN are quoted identifiers in it; an expression is a SELECT's.
  const std::string& grammatical() const noexcept { return grammatical_; }
  /// Locations in the parse tree are offsets of bytes in grammatical(); all below are such.
  const std::vector<Token>& tokens() const noexcept { return tokens_; }
  /// The file name that stands behind a table's name in the tree, if the user wrote a string there.
  std::optional<std::string> file_name(std::string_view table) const;

  /// What was taken out of the grammatical text.
  const FriendlySyntax& friendly() const noexcept { return friendly_; }
  /// Whether the CAST at `location` was a TRY_CAST.
  bool is_try(std::size_t location) const;
  /// Whether ALL stands at `location` in the place of a list's items.
  bool is_all(std::size_t location) const;
  /// Whether the JOIN before `location` is a SEMI or an ANTI JOIN, the UNION before it one BY NAME.
  bool is_semi_join(std::size_t location) const;
  bool is_anti_join(std::size_t location) const;
  bool is_by_name(std::size_t location) const;
  /// Where the SELECT begins of whose list the first item is at `location`; where the next star is.
  std::size_t select_before(std::size_t location) const;
  std::size_t star_from(std::size_t location) const;

  /// The identifier in which a name that starts at `location` ends ("t.x" ends in x), as its user spelled it:
  /// neither folded nor cut to 63 bytes. Empty if there is none.
  std::string spelled_name(std::size_t location) const;
  /// Text from `location` to the comma, bracket or keyword that ends the list's item, white space made one
  /// blank.
  std::string item_text(std::size_t location) const;

  /// Text of the call that starts at `location`, to its closing bracket.
  std::string call_text(std::size_t location) const;
  /// The whole number at `location` behind its signs and brackets: libpg_query 15 writes none that is
  /// negative.
  std::int64_t signed_integer(std::size_t location) const;

  /// Throws ParseError at `location`, with the line and a caret below it.
  [[noreturn]] void fail(std::size_t location, const std::string& message) const;
  [[noreturn]] void fail(const SyntaxError& error) const;
  /// "not supported yet: WHAT".
  [[noreturn]] void fail_unsupported(std::size_t location, const std::string& what) const;
  TextPosition position(std::size_t location) const;
  /// "line 3, column 7: ", as a ParseError begins: for messages of other kinds.
  std::string place(std::size_t location) const;
  /// "\n  the line\n    ^".
  std::string excerpt(std::size_t location) const;

 private:
  void check_characters() const;
  void quote_file_names();
  /// The first token that begins at `location` or later.
  std::vector<Token>::const_iterator token_from(std::size_t location) const;
  std::string_view token_text(const Token& token) const;
  /// Where the last `word` before `location` stands; 0 if there is none.
  std::size_t word_before(std::string_view word, std::size_t location) const;
  /// The offset in the user's own text.
  std::size_t own_offset(std::size_t location) const noexcept;

  std::string text_;         // with the prefix that makes an expression a statement
  std::string grammatical_;  // same length: offsets are the same
  std::size_t prefix_ = 0;
  std::vector<Token> tokens_;
  std::vector<std::string> file_names_;
  FriendlySyntax friendly_;
};

}  // namespace treadle::sql

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/tokens.h"

namespace treadle::sql {

/// What DuckDB's users write and PostgreSQL's grammar does not know: QUALIFY, * EXCLUDE and * REPLACE, GROUP
/// BY ALL and ORDER BY ALL, TRY_CAST, INTERVAL 3 DAYS, SEMI and ANTI JOIN, UNION BY NAME, ['a', 'b'] and
/// {'a': 1}. Taken out of the text that is parsed, so that offsets stay.
struct FriendlySyntax {
  /// A clause that stands by itself: `text` is a SELECT with its expressions at their offsets.
  struct Clause {
    std::size_t place;  ///< of the first token of the list that it belongs to, or of its star
    std::size_t begin;  ///< its own first byte
    std::string text;
  };
  struct Excluded {
    std::size_t star;
    std::string name;
    std::size_t location;
  };
  std::vector<Clause> qualify;
  std::vector<Clause> replace;
  std::vector<Excluded> exclude;
  /// Where ALL stands in the place of a list's items.
  std::vector<std::size_t> all;
  /// Where a CAST stands that was a TRY_CAST.
  std::vector<std::size_t> tries;
  /// Where the JOIN of a SEMI JOIN and of an ANTI JOIN stands.
  std::vector<std::size_t> semi_joins;
  std::vector<std::size_t> anti_joins;
  /// Where the UNION stands whose columns go by name.
  std::vector<std::size_t> by_name;
  /// Where the bracket of a list stands that is a row in the tree, or one value in brackets.
  std::vector<std::size_t> lists;
  /// The first word of the statement if it asks about the query behind it: "explain" or "describe".
  std::string about;
};

/// A fault in such syntax.
struct FriendlyFault {
  std::size_t location;
  std::string message;
};

/// Finds it in the tokens of `text`, and takes it out of `grammatical`, which is as long. Throws
/// FriendlyFault.
FriendlySyntax take_friendly_syntax(std::string_view text, const std::vector<Token>& tokens,
                                    std::string& grammatical);

}  // namespace treadle::sql

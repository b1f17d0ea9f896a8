#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace treadle::sql {

/// A token of PostgreSQL's scanner: its bytes in the text and its number in PostgreSQL's grammar.
struct Token {
  std::size_t begin = 0;
  std::size_t end = 0;
  int kind = 0;
};

/// The kinds that Treadle looks for; keywords are told by their spelling.
inline constexpr int kIdentifierToken = 258;
inline constexpr int kStringToken = 261;

/// What stopped the scanner or the parser of PostgreSQL.
struct SyntaxError {
  std::string message;
  /// In code points, from 1; 0 if not known.
  std::size_t cursor = 0;
};

/// Comments are left out. `text` must be free of NUL. Throws SyntaxError.
std::vector<Token> scan_tokens(const std::string& text);

}  // namespace treadle::sql

#include <string>

#include "sql/calls.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// A LIKE pattern cut at its wildcards: 'a%b_' is {"a", '%'}, {"b", '_'}.
struct Piece {
  std::string text;
  char wildcard = 0;  // behind the text
};

std::vector<Piece> split_pattern(const std::string& pattern, char escape, const Scope& scope,
                                 std::size_t location) {
  std::vector<Piece> pieces(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (escape != 0 && pattern[i] == escape) {
      if (++i == pattern.size())
        scope.text.fail(location, "a LIKE pattern must not end with its escape character");
      pieces.back().text += pattern[i];
    } else if (pattern[i] == '%' || pattern[i] == '_') {
      pieces.back().wildcard = pattern[i];
      pieces.emplace_back();
    } else {
      pieces.back().text += pattern[i];
    }
  }
  return pieces;
}

// The pattern with backslashes for whatever it was escaped by.
std::string pattern_of(const std::vector<Piece>& pieces) {
  std::string out;
  for (const Piece& piece : pieces) {
    for (const char c : piece.text) {
      if (c == '%' || c == '_' || c == '\\') out += '\\';
      out += c;
    }
    if (piece.wildcard != 0) out += piece.wildcard;
  }
  return out;
}

// The plain test that a simple pattern comes to: what scans and estimates know.
Expression matches(const Expression& text, const std::vector<Piece>& pieces, bool ignore_case) {
  const auto is = [&](std::size_t i, char wildcard) { return pieces[i].wildcard == wildcard; };
  if (!ignore_case) {
    if (pieces.size() == 1) return text == Expression(pieces[0].text);
    if (pieces.size() == 2 && is(0, '%') && pieces[1].text.empty())
      return text.str().starts_with(pieces[0].text);
    if (pieces.size() == 2 && is(0, '%') && pieces[0].text.empty())
      return text.str().ends_with(pieces[1].text);
    if (pieces.size() == 3 && is(0, '%') && is(1, '%') && pieces[0].text.empty() && pieces[2].text.empty()) {
      return text.str().contains(pieces[1].text, true);
    }
  }
  return call(ignore_case ? "str.ilike" : "str.like", {text, lit(pattern_of(pieces))});
}

struct Pattern {
  std::string text;
  char escape = '\\';
};

// The right side of LIKE: a literal, or like_escape(literal, escape).
Pattern read_pattern(const Json& json, const Scope& scope) {
  const ParseNode node(json);
  const bool has_escape = node.is("FuncCall") && last_name(node.at("funcname")) == "like_escape";
  const auto value = literal(has_escape ? node.at("args")[0] : json, scope);
  const auto* wanted = value ? std::get_if<std::string>(&value->storage()) : nullptr;
  if (wanted == nullptr)
    scope.text.fail_unsupported(node.location(), "LIKE with a pattern that is no text literal");
  Pattern pattern{*wanted};
  if (has_escape) {
    const auto escape = literal(node.at("args")[1], scope);
    const auto* text = escape ? std::get_if<std::string>(&escape->storage()) : nullptr;
    if (text == nullptr || text->size() > 1) scope.text.fail(node.location(), "ESCAPE takes one character");
    pattern.escape = text->empty() ? '\0' : text->front();
  }
  return pattern;
}

}  // namespace

Expression translate_like(const ParseNode& node, Scope& scope) {
  const bool ignore_case = node.is("A_Expr") && node.text("kind") == "AEXPR_ILIKE";
  const bool negated = last_name(node.at("name")).starts_with('!');
  const Pattern pattern = read_pattern(node.at("rexpr"), scope);
  const auto pieces = split_pattern(pattern.text, pattern.escape, scope, node.location());
  const Expression found = matches(translate(node.at("lexpr"), scope), pieces, ignore_case);
  return negated ? !found : found;
}

}  // namespace treadle::sql

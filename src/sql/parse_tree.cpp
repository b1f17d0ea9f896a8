#include "sql/parse_tree.h"

#include <pg_query.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace treadle::sql {
namespace {

// A bound for every recursion over the tree, destructors included. Some 700 levels of expression.
constexpr int kMaxDepth = 2000;

int nesting_depth(std::string_view json) {
  int depth = 0;
  int deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') quoted = !quoted;
    if (quoted) {
      i += c == '\\' ? 1 : 0;
    } else {
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      deepest = std::max(deepest, depth);
    }
  }
  return deepest;
}

Json parse(const std::string& text) {
  PgQueryParseResult result = pg_query_parse(text.c_str());
  const std::unique_ptr<PgQueryParseResult, void (*)(PgQueryParseResult*)> release(
      &result, [](PgQueryParseResult* r) { pg_query_free_parse_result(*r); });
  if (result.error != nullptr) {
    throw SyntaxError{result.error->message, static_cast<std::size_t>(std::max(result.error->cursorpos, 0))};
  }
  if (nesting_depth(result.parse_tree) > kMaxDepth) throw SyntaxError{"the expression is nested too deep", 0};
  return Json::parse(result.parse_tree);
}

// "CreateStmt" as "CREATE": what the user typed, near enough for a message.
std::string statement_name(std::string_view kind) {
  return std::string(kind.substr(0, kind.size() - (kind.ends_with("Stmt") ? 4 : 0))) + " statement";
}

}  // namespace

ParseNode::ParseNode(const Json& json) {
  if (!json.is_object() || json.size() != 1) throw InternalError("unexpected node in an SQL parse tree");
  const auto only = json.begin();
  kind = only.key();
  fields = &only.value();
}

const Json& ParseNode::at(const char* field) const {
  static const Json kNone;
  const auto found = fields->find(field);
  return found == fields->end() ? kNone : *found;
}

std::string ParseNode::text(const char* field) const {
  const Json& value = at(field);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::size_t ParseNode::location() const {
  const Json& own = at("location");
  if (own.is_number_integer() && own.get<std::int64_t>() >= 0) return own.get<std::size_t>();
  for (const char* child : {"lexpr", "arg", "args", "node", "val", "rexpr", "larg", "subquery", "targetList",
                            "valuesLists", "items", "functions", "relation"}) {
    const Json& field = at(child);
    const Json& found = field.is_array() && !field.empty() ? field[0] : field;
    if (found.is_object() && found.size() == 1) return ParseNode(found).location();
  }
  return 0;
}

Json parse_any(const QueryText& text) {
  Json tree;
  try {
    tree = parse(text.grammatical());
  } catch (const SyntaxError& error) {
    text.fail(error);
  }
  Json& statements = tree["stmts"];
  if (statements.empty()) text.fail(0, "a SELECT statement is expected, found none");
  if (statements.size() > 1) {
    text.fail(statements[1].value("stmt_location", std::size_t{0}) + 1,
              "one statement is expected, found a second one");
  }
  return std::move(statements[0]["stmt"]);
}

Json parse_select(const QueryText& text) {
  Json tree = parse_any(text);
  const ParseNode statement(tree);
  if (!statement.is("SelectStmt")) text.fail_unsupported(0, statement_name(statement.kind));
  return std::move(tree["SelectStmt"]);
}

Json parse_clause(const QueryText& text, const FriendlySyntax::Clause& clause) {
  Json tree;
  try {
    tree = parse(clause.text);
  } catch (const SyntaxError& error) {
    text.fail(error);
  }
  return std::move(tree["stmts"][0]["stmt"]["SelectStmt"]["targetList"]);
}

std::string last_name(const Json& names) {
  if (!names.is_array() || names.empty()) return {};
  const ParseNode last(names.back());
  return last.text("sval");
}

}  // namespace treadle::sql

#include <algorithm>
#include <array>
#include <cctype>

#include "sql/parse_tree.h"
#include "sql/query_text.h"
#include "sql/tokens.h"
#include "treadle/sql.h"

// Statements that do something with a query: COPY, CREATE ... AS, DROP, SHOW TABLES.
namespace treadle {
namespace {

using sql::Json;
using sql::ParseNode;
using sql::QueryText;
using sql::Token;
using Kind = SqlStatement::Kind;

class StatementReader {
 public:
  StatementReader(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)), query_(without_replace(), QueryText::Kind::kStatement) {}

  SqlStatement read() {
    if (word(0) == "copy" && depth_0_has("from")) {
      query_.fail_unsupported(0, "COPY ... FROM; CREATE TABLE name AS SELECT * FROM 'file' has it");
    }
    const Json tree = sql::parse_any(query_);
    const ParseNode node(tree);
    if (node.is("CopyStmt")) return copy(node);
    if (node.is("CreateTableAsStmt")) return table(node);
    if (node.is("ViewStmt")) return view(node);
    if (node.is("DropStmt")) return drop(node);
    if (node.is("VariableShowStmt") && node.text("name") == "tables")
      return {Kind::kShowTables, {}, {}, {}, false, false, {}};
    if (node.is("CreateStmt"))
      query_.fail_unsupported(0,
                              "CREATE TABLE with a list of columns; CREATE TABLE name AS SELECT ... has it");
    query_.fail_unsupported(0, word(0) + " of this kind");
  }

 private:
  std::string word(std::size_t i) const {
    if (i >= tokens_.size()) return {};
    std::string out(text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin));
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
  }

  bool depth_0_has(std::string_view wanted) const {
    int depth = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string one = word(i);
      depth += one == "(" ? 1 : one == ")" ? -1 : 0;
      if (depth == 0 && one == wanted) return true;
    }
    return false;
  }

  // CREATE OR REPLACE TABLE is DuckDB's.
  std::string without_replace() {
    std::string out(text_);
    replaces_ = word(0) == "create" && word(1) == "or" && word(2) == "replace";
    if (replaces_)
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(tokens_[1].begin),
                out.begin() + static_cast<std::ptrdiff_t>(tokens_[2].end), ' ');
    return out;
  }

  // The text from `begin` to `end`, in its place: what is before it becomes blank, but for the ends of lines.
  std::string part(std::size_t begin, std::size_t end) const {
    std::string out(text_.substr(0, end));
    std::replace_if(
        out.begin(), out.begin() + static_cast<std::ptrdiff_t>(begin), [](char c) { return c != '\n'; }, ' ');
    return out;
  }

  std::string behind_as() const {
    int depth = 0;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string one = word(i);
      depth += one == "(" ? 1 : one == ")" ? -1 : 0;
      if (depth == 0 && one == "as") return part(tokens_[i].end, text_.size());
    }
    query_.fail(0, "AS and a query are expected");
  }

  // COPY (query) TO, COPY name TO
  std::string copied(const ParseNode& node) const {
    if (!node.has("query"))
      return "SELECT * FROM \"" + ParseNode("RangeVar", node.at("relation")).text("relname") + '"';
    int depth = 0;
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
      const std::string one = word(i);
      depth += one == "(" ? 1 : one == ")" ? -1 : 0;
      if (depth == 0) return part(tokens_[1].end, tokens_[i].begin);
    }
    query_.fail(0, "a bracket is not closed");
  }

  static std::string value_of(const ParseNode& value) {
    if (value.is("Integer"))
      return std::to_string(value.at("ival").is_null() ? 0 : value.at("ival").get<std::int64_t>());
    if (value.is("Boolean")) return value.has("boolval") ? "true" : "false";
    return value.is("Float") ? value.text("fval") : value.text("sval");
  }

  static std::vector<std::string> values_of(const ParseNode& option) {
    if (!option.has("arg")) return {"true"};
    const ParseNode value(option.at("arg"));
    if (!value.is("List")) return {value_of(value)};
    std::vector<std::string> values;
    for (const Json& item : value.at("items")) values.push_back(value_of(ParseNode(item)));
    return values;
  }

  SqlStatement copy(const ParseNode& node) const {
    if (node.text("filename").empty())
      query_.fail(0, "the name of a file in single quotes is expected behind TO");
    SqlStatement out{Kind::kCopy, copied(node), {}, node.text("filename"), false, false, {}};
    for (const Json& item : node.at("options")) {
      const ParseNode option(item);
      out.options[option.text("defname")] = values_of(option);
    }
    return out;
  }

  SqlStatement table(const ParseNode& node) const {
    const ParseNode into("IntoClause", node.at("into"));
    if (into.has("colNames"))
      query_.fail_unsupported(0, "names of columns in CREATE TABLE; name them in the query");
    const ParseNode name("RangeVar", into.at("rel"));
    return {Kind::kTable, behind_as(), name.text("relname"), {}, replaces_, node.has("if_not_exists"), {}};
  }

  SqlStatement view(const ParseNode& node) const {
    if (node.has("aliases"))
      query_.fail_unsupported(0, "names of columns in CREATE VIEW; name them in the query");
    const ParseNode name("RangeVar", node.at("view"));
    return {Kind::kView, behind_as(), name.text("relname"), {}, replaces_, false, {}};
  }

  SqlStatement drop(const ParseNode& node) const {
    const Json& objects = node.at("objects");
    if (objects.size() != 1) query_.fail_unsupported(0, "DROP of several names at once");
    const ParseNode name(objects[0]);
    return {Kind::kDrop, {},    name.is("List") ? sql::last_name(name.at("items")) : std::string(),
            {},          false, node.has("missing_ok"),
            {}};
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  bool replaces_ = false;
  QueryText query_;
};

}  // namespace

SqlStatement parse_statement(std::string_view text) {
  SqlStatement query{Kind::kQuery, std::string(text), {}, {}, false, false, {}};
  std::vector<Token> tokens;
  if (text.find('\0') != std::string_view::npos) return query;
  try {
    tokens = sql::scan_tokens(query.query);
  } catch (const sql::SyntaxError&) {
    return query;
  }
  static constexpr std::array<std::string_view, 4> kDoing = {"copy", "create", "drop", "show"};
  std::string first =
      tokens.empty() ? std::string() : query.query.substr(tokens[0].begin, tokens[0].end - tokens[0].begin);
  std::ranges::transform(first, first.begin(), [](unsigned char c) { return std::tolower(c); });
  if (std::ranges::find(kDoing, first) == kDoing.end()) return query;
  return StatementReader(text, std::move(tokens)).read();
}

}  // namespace treadle

#include "sql/from_clause.h"

#include <algorithm>
#include <utility>

#include "sql/join_clause.h"
#include "sql/join_order.h"
#include "sql/query.h"
#include "sql/table_function.h"
#include "sql/table_reference.h"

namespace treadle::sql {
namespace {

const char* unsupported_source(std::string_view kind) {
  return kind == "RangeTableSample" ? "TABLESAMPLE; sample() of a frame has it" : "this kind of table";
}

// Renames the columns of a sub-query or table: FROM q AS t(a, b).
void rename_columns(const ParseNode& alias, Names& names, const QueryText& text, std::size_t location) {
  const Json& given = alias.at("colnames");
  if (given.size() > names.columns.size()) {
    text.fail(location, "at most " + std::to_string(names.columns.size()) +
                            " names of columns are expected, found " + std::to_string(given.size()));
  }
  for (std::size_t i = 0; i < given.size(); ++i) names.columns[i].name = ParseNode(given[i]).text("sval");
}

// Reads the tree of a FROM clause, giving every column a name of its own.
class FromReader {
 public:
  FromReader(const Environment& environment, std::set<std::string> taken)
      : environment_(environment), text_(environment.text), taken_(std::move(taken)) {}

  FromClause read(const ParseNode& source) {
    if (source.is("RangeVar")) return read_table(source);
    if (source.is("RangeSubselect")) return read_subquery(source);
    if (source.is("JoinExpr")) return read_join(source);
    if (source.is("RangeFunction")) return read_function(source);
    text_.fail_unsupported(source.location(), unsupported_source(source.kind));
  }

 private:
  FromClause read_table(const ParseNode& source) {
    TableReference table = resolve_table(source, environment_);
    return leaf(std::move(table.frame), table.name, source);
  }

  FromClause read_function(const ParseNode& source) {
    TableReference table = resolve_table_function(source, text_);
    return leaf(std::move(table.frame), table.name, source);
  }

  FromClause read_subquery(const ParseNode& source) {
    if (source.has("lateral"))
      text_.fail_unsupported(
          source.location(),
          "LATERAL; a sub-query in the SELECT list, or a join, may name columns of other tables");
    return leaf(plan_subquery(source.at("subquery"), environment_), {}, source);
  }

  FromClause read_join(const ParseNode& join) {
    FromClause left = read(ParseNode(join.at("larg")));
    FromClause right = read(ParseNode(join.at("rarg")));
    FromClause both = plan_join(join, std::move(left), std::move(right), environment_);
    if (join.has("alias")) set_alias(ParseNode("Alias", join.at("alias")), both.names, join.location());
    return both;
  }

  void set_alias(const ParseNode& alias, Names& names, std::size_t location) {
    std::erase_if(names.columns, [](const VisibleColumn& column) { return column.qualified_only; });
    for (VisibleColumn& column : names.columns) column.table = alias.text("aliasname");
    rename_columns(alias, names, text_, location);
  }

  FromClause leaf(DataFrame frame, const std::string& table, const ParseNode& source) {
    FromClause out;
    out.names = Names(frame.schema(), table);
    if (source.has("alias")) set_alias(ParseNode("Alias", source.at("alias")), out.names, source.location());
    check_table_name(out.names, source);
    std::vector<Expression> renamed;
    bool clashes = false;
    for (VisibleColumn& column : out.names.columns) {
      const std::string name = column.column;
      for (int i = 1; !taken_.insert(column.column).second; ++i) {
        column.column = column.table + '.' + name;
        if (i > 1) column.column.append("_").append(std::to_string(i));
        clashes = true;
      }
      renamed.push_back(col(name).alias(column.column));
    }
    if (clashes) frame = frame.select(std::move(renamed));
    out.names.schema = frame.schema();
    out.sources.push_back(std::move(frame));
    return out;
  }

  // Files may share the name that their paths end in, until it is needed.
  void check_table_name(const Names& names, const ParseNode& source) {
    if (names.columns.empty() || names.columns[0].table.empty()) return;
    if (!source.has("alias") && text_.file_name(source.text("relname"))) return;
    if (!tables_.insert(names.columns[0].table).second) {
      text_.fail(source.location(),
                 "the table name \"" + names.columns[0].table + "\" comes twice: give it an alias");
    }
  }

  const Environment& environment_;
  const QueryText& text_;
  std::set<std::string> taken_;
  std::set<std::string> tables_;
};

}  // namespace

void FromClause::add(FromClause other) {
  sources.insert(sources.end(), other.sources.begin(), other.sources.end());
  conditions.insert(conditions.end(), other.conditions.begin(), other.conditions.end());
  names.columns.insert(names.columns.end(), other.names.columns.begin(), other.names.columns.end());
  std::vector<Field> fields = names.schema.fields();
  for (const Field& field : other.names.schema.fields()) fields.push_back(field);
  names.schema = Schema(std::move(fields));
}

DataFrame FromClause::joined() const { return join_sources(sources, conditions); }

FromClause plan_from(const ParseNode& select, const Environment& environment, std::set<std::string> taken) {
  FromReader reader(environment, std::move(taken));
  FromClause all;
  for (const Json& source : select.at("fromClause")) all.add(reader.read(ParseNode(source)));
  return all;
}

}  // namespace treadle::sql

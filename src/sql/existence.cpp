#include "sql/existence.h"

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sql/correlation.h"
#include "sql/from_clause.h"
#include "sql/join_order.h"
#include "sql/query.h"
#include "sql/scopes.h"
#include "sql/select_list.h"
#include "sql/subqueries.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

bool is_plain(const ParseNode& select) {
  for (const char* clause : {"larg", "groupClause", "havingClause", "limitCount", "limitOffset", "withClause",
                             "valuesLists", "lockingClause", "windowClause", "intoClause"}) {
    if (select.has(clause)) return false;
  }
  return select.has("fromClause") && select.has("whereClause") &&
         !contains_subquery(select.at("whereClause")) && !contains_aggregate(select.at("targetList")) &&
         !contains_subquery(select.at("targetList"));
}

}  // namespace

bool join_existing(const ParseNode& link, JoinKind kind, Relation& rows, const Environment& environment) {
  const ParseNode select(link.at("subselect"));
  if (!is_plain(select)) return false;
  const Environment within = inside(environment, link.location());
  const std::vector<std::string> outer_names = rows.names.schema.names();
  FromClause from = plan_from(select, within, {outer_names.begin(), outer_names.end()});

  Names both = from.names;
  std::vector<Field> fields = both.schema.fields();
  for (const Field& field : rows.names.schema.fields()) fields.push_back(field);
  both.schema = Schema(std::move(fields));
  for (const VisibleColumn& column : as_outer(rows.names)) both.columns.push_back(column);
  RowScope scope(environment.text, Dialect::kPostgres, both, "WHERE");
  // What is selected does not matter, but must mean something.
  read_targets(select, environment.text, both);

  JoinOptions options;
  options.how = kind;
  JoinKeys keys;
  std::vector<Expression> rest;
  for (const Expression& part : parts_of(translate(select.at("whereClause"), scope))) {
    if (is_over(part, from.names.schema)) {
      from.conditions.push_back(part);
    } else if (!keys.take(part, rows.names.schema, from.names.schema)) {
      rest.push_back(part);
    }
  }
  options.left_on = std::move(keys.left);
  options.right_on = std::move(keys.right);
  if (options.left_on.empty() && rest.empty()) return false;
  if (!rest.empty()) options.where = all_of(rest);
  rows.frame =
      rows.frame.join(without_strangers(rows.frame, from.joined(), options, environment.names), options);
  return true;
}

}  // namespace treadle::sql

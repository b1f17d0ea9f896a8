#include "sql/row_limit.h"

#include <optional>

#include "sql/scopes.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// LIMIT and OFFSET; unset: none.
std::optional<std::int64_t> row_count(const ParseNode& query, const char* field, const char* clause,
                                      const QueryText& text) {
  if (!query.has(field)) return std::nullopt;
  const FreeScope nothing(text, Dialect::kPostgres);
  const auto value = literal(query.at(field), nothing);
  if (value && value->is_null()) return std::nullopt;
  const auto* rows = value ? std::get_if<std::int64_t>(&value->storage()) : nullptr;
  if (rows == nullptr || *rows < 0) {
    text.fail(ParseNode(query.at(field)).location(),
              std::string(clause) + " takes a whole number of at least 0");
  }
  return *rows;
}

}  // namespace

SortColumn sort_column(const ParseNode& item, const std::string& column, const QueryText& text) {
  const std::string direction = item.text("sortby_dir");
  const std::string nulls = item.text("sortby_nulls");
  if (direction == "SORTBY_USING")
    text.fail_unsupported(ParseNode(item.at("node")).location(), "ORDER BY ... USING");
  SortColumn out(column, direction == "SORTBY_DESC");
  out.nulls_first = nulls == "SORTBY_NULLS_FIRST" || (nulls != "SORTBY_NULLS_LAST" && out.descending);
  return out;
}

DataFrame limited(const ParseNode& query, const DataFrame& frame, const QueryText& text) {
  if (query.text("limitOption") == "LIMIT_OPTION_WITH_TIES") text.fail_unsupported(0, "WITH TIES");
  const auto limit = row_count(query, "limitCount", "LIMIT", text);
  const std::int64_t offset = row_count(query, "limitOffset", "OFFSET", text).value_or(0);
  if (offset > 0) return frame.slice(offset, limit);
  return limit ? frame.head(*limit) : frame;
}

}  // namespace treadle::sql

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "treadle/data_frame.h"
#include "treadle/expression.h"
#include "treadle/scalar.h"

namespace treadle {

/// A SELECT over files and named frames as a plan, by PostgreSQL's grammar and meaning: joins, sub-queries
/// (also such as name columns of the query around them), WITH, UNION, INTERSECT, EXCEPT.
///
///     query("SELECT carrier, avg(arr_delay) FROM 'flights/*.csv' WHERE dep_delay > 0 GROUP BY carrier ORDER
///     BY 2 DESC")
///
///     query("SELECT name, (SELECT max(delay) FROM flights f WHERE f.carrier = c.code) FROM carriers c",
///           {{"flights", flights}, {"carriers", carriers}})
///
/// FROM takes a file's name in quotes (.csv, .tsv, .parquet, patterns, folders) or the name of one of
/// `tables`; a file goes by its name without folder and ending. A column's name is looked for as it is
/// spelled, then regardless of case. Results without an alias are named by their text. Throws ParseError with
/// line and column, also for what is not supported yet; NotFound, TypeError.
DataFrame query(std::string_view text, const std::map<std::string, DataFrame>& tables = {});

/// The text with literals in the places of its parameters: `values` by place for ? and $1, `named` for $name.
/// Throws ParseError at a parameter without a value, InvalidArgument for values that nothing asks for.
std::string with_parameters(std::string_view text, const std::vector<Scalar>& values,
                            const std::map<std::string, Scalar>& named = {});

/// What a statement asks to be done with a query. Doing it is the caller's business: query() changes nothing.
struct SqlStatement {
  enum class Kind {
    kQuery,       ///< a query, EXPLAIN or DESCRIBE: all of the text
    kCopy,        ///< COPY query TO 'path' (options)
    kTable,       ///< CREATE TABLE name AS query
    kView,        ///< CREATE VIEW name AS query
    kDrop,        ///< DROP TABLE or VIEW name
    kShowTables,  ///< SHOW TABLES
  };
  Kind kind = Kind::kQuery;
  std::string query;
  std::string name;
  std::string path;
  bool replace = false;  ///< OR REPLACE
  bool lenient = false;  ///< IF EXISTS, IF NOT EXISTS
  /// Of COPY, by names in lower case; an option without a value is "true".
  std::map<std::string, std::vector<std::string>> options;
};

/// Tells what a statement is. Positions in `query` are those of `text`, as far as it is a part of it. Throws
/// ParseError; a fault in a query is left for query() to find.
SqlStatement parse_statement(std::string_view text);

/// An expression as SQL text: "dep_delay > 0 AND carrier IN ('AA', 'UA')", "avg(arr_delay) AS mean_delay".
///
/// Its meaning is that of Expression, not PostgreSQL's: `/` is true division, a sum of nothing is 0.
/// Names are taken as they are spelled. Throws ParseError, NotFound for an unknown function.
Expression parse_expression(std::string_view text);
/// The same for an expression over `columns`: unknown names throw NotFound with line and column, and names
/// that differ from a column in case only mean it.
Expression parse_expression(std::string_view text, const Schema& columns);

}  // namespace treadle

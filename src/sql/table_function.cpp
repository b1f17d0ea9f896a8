#include "sql/table_function.h"

#include <algorithm>
#include <array>

#include "base/nearest_name.h"
#include "treadle/ndjson.h"

namespace treadle::sql {
namespace {

struct TableFunction {
  std::string_view name;
  DataFrame (*read)(const std::string& path);
};

DataFrame csv(const std::string& path) { return treadle::read_csv(path); }
DataFrame ndjson(const std::string& path) { return treadle::read_ndjson(path); }
DataFrame parquet(const std::string& path) { return treadle::read_parquet(path); }

// DuckDB's names.
constexpr std::array<TableFunction, 9> kTableFunctions = {{{"parquet_scan", parquet},
                                                           {"read_csv", csv},
                                                           {"read_csv_auto", csv},
                                                           {"read_json", ndjson},
                                                           {"read_json_auto", ndjson},
                                                           {"read_ndjson", ndjson},
                                                           {"read_ndjson_auto", ndjson},
                                                           {"read_parquet", parquet},
                                                           {"scan_parquet", parquet}}};

const TableFunction& find(const std::string& name, std::size_t location, const QueryText& text) {
  const auto found = std::ranges::find(kTableFunctions, name, &TableFunction::name);
  if (found != kTableFunctions.end()) return *found;
  std::vector<std::string> names;
  for (const TableFunction& known : kTableFunctions) names.emplace_back(known.name);
  text.fail(location, "unknown function of a table \"" + name + '"' + nearest_hint(name, names) +
                          ": read_csv(), read_parquet() or read_ndjson() is expected");
}

// FROM f(x): [[call, columns]]; ROWS FROM (f(x), g(x)) has several.
ParseNode only_call(const ParseNode& source, const QueryText& text) {
  const Json& functions = source.at("functions");
  if (functions.size() != 1) text.fail_unsupported(source.location(), "ROWS FROM");
  const ParseNode list(functions[0]);
  const ParseNode call(list.at("items")[0]);
  if (!call.is("FuncCall")) text.fail_unsupported(source.location(), "this kind of table");
  return call;
}

}  // namespace

TableReference resolve_table_function(const ParseNode& source, const QueryText& text) {
  const ParseNode call = only_call(source, text);
  const std::string name = last_name(call.at("funcname"));
  const TableFunction& function = find(name, call.location(), text);
  const Json& arguments = call.at("args");
  if (arguments.size() == 1) {
    const ParseNode path(arguments[0]);
    if (path.is("A_Const") && path.has("sval"))
      return {function.read(path.at("sval").value("sval", "")), name};
  }
  text.fail(call.location(), name + "() expects one argument, the name of a file in single quotes");
}

}  // namespace treadle::sql

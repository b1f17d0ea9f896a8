#include "sql/translate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sql/function_call.h"

namespace treadle::sql {
namespace {

// CURRENT_DATE and the like.
Expression translate_now(const ParseNode& node, Scope& scope) {
  const std::string which = node.text("op");
  if (which == "SVFOP_CURRENT_DATE") return current_time().cast(TypeId::kDate);
  if (which == "SVFOP_CURRENT_TIMESTAMP" || which == "SVFOP_LOCALTIMESTAMP") return current_time();
  scope.text.fail_unsupported(node.location(), "the current time of day or user");
}

Expression translate_column(const ParseNode& node, Scope& scope) { return scope.column(node); }

struct Translator {
  std::string_view kind;
  Expression (*translate)(const ParseNode&, Scope&);
};

constexpr std::array<Translator, 12> kTranslators = {{
    {"A_Const", translate_constant},
    {"A_Expr", translate_operator},
    {"BoolExpr", translate_logic},
    {"BooleanTest", translate_boolean_test},
    {"CaseExpr", translate_case},
    {"CoalesceExpr", translate_coalesce},
    {"ColumnRef", translate_column},
    {"FuncCall", translate_call},
    {"MinMaxExpr", translate_min_max},
    {"NullTest", translate_null_test},
    {"SQLValueFunction", translate_now},
    {"TypeCast", translate_cast},
}};

struct Name {
  std::string_view kind;
  const char* name;
};
constexpr std::array<Name, 7> kUnsupported = {{
    {"A_ArrayExpr", "arrays"},
    {"A_Indirection", "subscripts and fields of values"},
    {"NamedArgExpr", "arguments by name"},
    {"ParamRef", "parameters such as $1"},
    {"RowExpr", "lists, structs and rows as values"},
    {"SetToDefault", "DEFAULT as a value"},
    {"SubLink", "subqueries"},
}};

}  // namespace

Expression translate(const ParseNode& node, Scope& scope) {
  if (auto known = scope.known(node)) return *known;
  const auto found = std::find_if(kTranslators.begin(), kTranslators.end(),
                                  [&](const Translator& t) { return t.kind == node.kind; });
  if (found != kTranslators.end()) return found->translate(node, scope);
  const auto name = std::find_if(kUnsupported.begin(), kUnsupported.end(),
                                 [&](const Name& n) { return n.kind == node.kind; });
  scope.text.fail_unsupported(node.location(),
                              name != kUnsupported.end() ? name->name : std::string(node.kind));
}

Expression translate(const Json& node, Scope& scope) { return translate(ParseNode(node), scope); }

std::vector<Expression> translate_all(const Json& list, Scope& scope) {
  std::vector<Expression> out;
  for (const Json& item : list) out.push_back(translate(item, scope));
  return out;
}

}  // namespace treadle::sql

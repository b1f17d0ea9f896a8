#include <algorithm>
#include <array>

#include "sql/calls.h"
#include "sql/function_call.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// An aggregate's call: its argument in the scope of the rows, its parts handed to the scope of the groups.
struct AggregateCall {
  const FunctionCall& call;
  Expression argument;

  Expression take(const Expression& aggregate) const {
    return call.scope().aggregate(aggregate, call.node());
  }
  bool distinct() const { return call.node().has("agg_distinct"); }
};

// PostgreSQL's sum of nothing is null, Polars' is 0.
Expression sum(const AggregateCall& a) {
  const Expression total = a.take(a.argument.sum());
  if (a.call.scope().dialect == Dialect::kPolars) return total;
  return when(a.take(a.argument.count()) > 0).then(total);
}

// nunique() counts null as one value, COUNT(DISTINCT) leaves it out.
Expression count_distinct(const AggregateCall& a) {
  const Expression has_null = a.take(a.argument.count()) < a.take(a.argument.size());
  return a.take(a.argument.nunique()) - when(has_null).then(1).otherwise(0);
}

Expression count(const AggregateCall& a) {
  return a.distinct() ? count_distinct(a) : a.take(a.argument.count());
}

Expression percentile(const AggregateCall& a) {
  // percentile_cont(0.9) WITHIN GROUP (ORDER BY x), quantile_cont(x, 0.9)
  const std::size_t place = a.call.num_arguments() - 1;
  const auto share = a.call.literal_argument(place);
  const auto* number = share ? std::get_if<double>(&share->storage()) : nullptr;
  const auto* whole = share ? std::get_if<std::int64_t>(&share->storage()) : nullptr;
  const double value = number != nullptr ? *number : whole != nullptr ? static_cast<double>(*whole) : -1.0;
  if (!(value >= 0.0 && value <= 1.0)) {
    a.call.fail(a.call.name() + "() takes a number between 0 and 1");
  }
  return a.take(value == 0.5 ? a.argument.median() : a.argument.quantile(value));
}

Expression count_if(const AggregateCall& a) {
  return a.take(static_cast<Expression>(when(a.argument).then(1)).count());
}

// Of decimals, PostgreSQL's quotient, which has more digits than Polars' mean.
Expression average(const AggregateCall& a) {
  Scope& scope = a.call.scope();
  const auto type = scope.argument_scope(a.call.node()).type_of(a.argument);
  if (scope.dialect == Dialect::kPolars || !type || type->id() != TypeId::kDecimal128) {
    return a.take(a.argument.mean());
  }
  const Expression count = a.take(a.argument.count());
  return call("sql.divide", {a.take(a.argument.sum()), when(count > 0).then(count)});
}

struct AggregateFunction {
  std::string_view name;
  Expression (*build)(const AggregateCall&);
  /// Whether DISTINCT changes nothing, so that it can be left out.
  bool ignores_distinct = false;
};
constexpr std::array<AggregateFunction, 30> kFunctions = {{
    {"any_value", [](const AggregateCall& a) { return a.take(a.argument.first_valid()); }, true},
    {"approx_count_distinct", count_distinct, true},
    {"approx_quantile", percentile},
    {"avg", average},
    {"bool_and", [](const AggregateCall& a) { return a.take(a.argument.min()); }, true},
    {"bool_or", [](const AggregateCall& a) { return a.take(a.argument.max()); }, true},
    {"count", count, true},
    {"count_if", count_if},
    {"countif", count_if},
    {"every", [](const AggregateCall& a) { return a.take(a.argument.min()); }, true},
    {"first", [](const AggregateCall& a) { return a.take(a.argument.first()); }},
    {"last", [](const AggregateCall& a) { return a.take(a.argument.last()); }},
    {"max", [](const AggregateCall& a) { return a.take(a.argument.max()); }, true},
    {"mean", average},
    {"median", [](const AggregateCall& a) { return a.take(a.argument.median()); }},
    {"min", [](const AggregateCall& a) { return a.take(a.argument.min()); }, true},
    {"n_unique", [](const AggregateCall& a) { return a.take(a.argument.nunique()); }, true},
    {"nunique", [](const AggregateCall& a) { return a.take(a.argument.nunique()); }, true},
    {"percentile_cont", percentile},
    {"product", [](const AggregateCall& a) { return a.take(a.argument.product()); }},
    {"quantile", percentile},
    {"quantile_cont", percentile},
    {"size", [](const AggregateCall& a) { return a.take(a.argument.size()); }},
    {"stddev", [](const AggregateCall& a) { return a.take(a.argument.std(1)); }},
    {"stddev_pop", [](const AggregateCall& a) { return a.take(a.argument.std(0)); }},
    {"stddev_samp", [](const AggregateCall& a) { return a.take(a.argument.std(1)); }},
    {"sum", sum},
    {"var_pop", [](const AggregateCall& a) { return a.take(a.argument.var(0)); }},
    {"var_samp", [](const AggregateCall& a) { return a.take(a.argument.var(1)); }},
    {"variance", [](const AggregateCall& a) { return a.take(a.argument.var(1)); }},
}};

const AggregateFunction* find(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

// The tree of what is aggregated: the argument, or the order within which a percentile is taken.
const Json& subject(const FunctionCall& call) {
  if (!call.node().has("agg_within_group")) return call.argument_tree(0);
  return ParseNode(call.node().at("agg_order")[0]).at("node");
}

void check_form(const FunctionCall& call, const AggregateFunction& function) {
  const ParseNode& node = call.node();
  const bool ordered_set = call.name() == "percentile_cont";
  if (node.has("agg_within_group") != ordered_set) {
    call.fail(call.name() +
              (ordered_set ? "() needs WITHIN GROUP (ORDER BY ...)" : "() takes no WITHIN GROUP"));
  }
  if (node.has("agg_order") && !ordered_set)
    call.scope().text.fail_unsupported(node.location(), "ORDER BY in an aggregate");
  if (node.has("agg_distinct") && !function.ignores_distinct) {
    call.scope().text.fail_unsupported(node.location(), call.name() + "(DISTINCT)");
  }
  const bool has_share = function.build == percentile && !ordered_set;
  const std::size_t wanted = has_share ? 2 : 1;
  if (call.num_arguments() != wanted) {
    call.fail(call.name() + "() takes " + std::to_string(wanted) + (has_share ? " arguments" : " argument") +
              ", found " + std::to_string(call.num_arguments()));
  }
  if (node.has("agg_filter") && (call.name() == "first" || call.name() == "last" || call.name() == "size" ||
                                 call.name() == "n_unique" || call.name() == "nunique")) {
    call.scope().text.fail_unsupported(node.location(), call.name() + "() with FILTER: it would count nulls");
  }
}

// count(*), or of the rows that FILTER leaves.
Expression count_rows(const FunctionCall& call, Scope& rows) {
  if (!call.node().has("agg_filter")) return call.scope().aggregate(treadle::count(), call.node());
  const Expression condition = translate(call.node().at("agg_filter"), rows);
  return call.scope().aggregate(static_cast<Expression>(when(condition).then(1)).count(), call.node());
}

}  // namespace

bool is_aggregate_function(std::string_view name) { return find(name) != nullptr; }

void add_aggregate_functions(std::vector<std::string>& names) {
  for (const AggregateFunction& function : kFunctions) names.emplace_back(function.name);
}

Expression translate_aggregate(const FunctionCall& call) {
  const AggregateFunction& function = *find(call.name());
  Scope& rows = call.scope().argument_scope(call.node());
  const bool counts_rows =
      call.node().has("agg_star") || (call.num_arguments() == 0 && call.name() == "count");
  if (counts_rows) {
    if (call.name() != "count") call.fail(call.name() + "(*): only count() takes *");
    return count_rows(call, rows);
  }
  check_form(call, function);
  Expression argument = translate(subject(call), rows);
  if (call.node().has("agg_filter")) {
    argument = when(translate(call.node().at("agg_filter"), rows)).then(argument);
  }
  return function.build({call, argument});
}

}  // namespace treadle::sql

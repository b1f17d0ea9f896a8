#include <algorithm>
#include <array>

#include "sql/calls.h"
#include "sql/function_call.h"
#include "sql/row_limit.h"
#include "sql/row_windows.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

// An aggregate's call: its argument in the scope of the rows, its parts handed to the scope of the groups.
struct AggregateCall {
  const FunctionCall& call;
  Expression argument;
  /// What FILTER says.
  std::optional<Expression> filter = {};

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

// percentile_cont(0.9) WITHIN GROUP (ORDER BY x), quantile_cont(x, 0.9)
double share_of(const AggregateCall& a) {
  const std::size_t place = a.call.num_arguments() - 1;
  const auto share = a.call.literal_argument(place);
  const auto* number = share ? std::get_if<double>(&share->storage()) : nullptr;
  const auto* whole = share ? std::get_if<std::int64_t>(&share->storage()) : nullptr;
  const double value = number != nullptr ? *number : whole != nullptr ? static_cast<double>(*whole) : -1.0;
  if (!(value >= 0.0 && value <= 1.0)) {
    a.call.fail(a.call.name() + "() takes a number between 0 and 1");
  }
  return value;
}

Expression percentile(const AggregateCall& a) {
  const double value = share_of(a);
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

RowWindows& row_windows(const AggregateCall& a) {
  RowWindows* const windows = a.call.scope().row_windows;
  if (windows == nullptr) {
    a.call.scope().text.fail_unsupported(a.call.node().location(),
                                         a.call.name() + "() that looks at the rows of its group, here");
  }
  return *windows;
}

Scope& rows_of(const AggregateCall& a) { return a.call.scope().argument_scope(a.call.node()); }

// What ORDER BY inside the call says.
std::vector<RowOrder> order_of(const AggregateCall& a) {
  std::vector<RowOrder> order;
  for (const Json& item : a.call.node().at("agg_order")) {
    const ParseNode by(item);
    const SortColumn column = sort_column(by, {}, a.call.scope().text);
    order.push_back({translate(by.at("node"), rows_of(a)), column.descending, column.nulls_first});
  }
  return order;
}

// The value in the first row of its group in an order, of the rows that are chosen: null if there is none.
Expression value_of_first(const AggregateCall& a, const Expression& value, const Expression& chosen,
                          const std::vector<RowOrder>& order) {
  std::vector<RowOrder> all = {{chosen, true, false}};
  all.insert(all.end(), order.begin(), order.end());
  const Expression place = row_windows(a).number(std::move(all));
  const Expression here = (place == 0) & chosen;
  return a.take(static_cast<Expression>(when(here).then(value)).first_valid());
}

Expression chosen_rows(const AggregateCall& a) { return a.filter ? a.filter->fill_null(false) : lit(true); }

// first(x), first(x ORDER BY y)
Expression first(const AggregateCall& a) {
  if (!a.call.node().has("agg_order") && !a.filter) return a.take(a.argument.first());
  return value_of_first(a, a.argument, chosen_rows(a), order_of(a));
}

Expression last(const AggregateCall& a) {
  if (!a.call.node().has("agg_order") && !a.filter) return a.take(a.argument.last());
  std::vector<RowOrder> order = order_of(a);
  if (order.empty()) order.push_back({row_windows(a).number({}), false, false});
  for (RowOrder& by : order) {
    by.descending = !by.descending;
    by.nulls_first = !by.nulls_first;
  }
  return value_of_first(a, a.argument, chosen_rows(a), order);
}

// arg_max(x, y): of the rows that have both.
Expression extreme(const AggregateCall& a, bool largest) {
  const Expression by = translate(a.call.argument_tree(1), rows_of(a));
  const Expression both = chosen_rows(a) & a.argument.is_not_null() & by.is_not_null();
  return value_of_first(a, a.argument, both, {{by, largest, false}});
}

// The value that is there most often; of several such, the one that comes first.
Expression mode(const AggregateCall& a) {
  const Expression value = a.filter ? static_cast<Expression>(when(*a.filter).then(a.argument)) : a.argument;
  const Expression count = row_windows(a).total(WindowKind::kCount, value, {value});
  return value_of_first(a, value, value.is_not_null(), {{count, true, false}});
}

// percentile_disc(0.5) WITHIN GROUP (ORDER BY x), quantile_disc(x, 0.5): a value that is there.
Expression discrete_percentile(const AggregateCall& a) {
  const bool descending =
      a.call.node().has("agg_within_group") &&
      sort_column(ParseNode(a.call.node().at("agg_order")[0]), {}, a.call.scope().text).descending;
  const double share = share_of(a);
  const Expression value = a.filter ? static_cast<Expression>(when(*a.filter).then(a.argument)) : a.argument;
  const Expression count = row_windows(a).total(WindowKind::kCount, value).cast(TypeId::kFloat64);
  const Expression place = row_windows(a).number({{value, descending, false}}).cast(TypeId::kFloat64);
  const Expression up = (count * share).ceil() - 1.0;
  const Expression wanted = when(up < 0.0).then(0.0).otherwise(up);
  return a.take(
      static_cast<Expression>(when((place == wanted) & value.is_not_null()).then(value)).first_valid());
}

// Two columns around the means of their groups, null where one of them is.
struct Pair {
  Expression x;
  Expression y;
  Expression x_mean;
  Expression y_mean;
  Expression both;
};

// In SQL, f(y, x).
Pair centred_pair(const AggregateCall& a) {
  const Expression y = a.argument.cast(TypeId::kFloat64);
  const Expression x = translate(a.call.argument_tree(1), rows_of(a)).cast(TypeId::kFloat64);
  const Expression both = chosen_rows(a) & x.is_not_null() & y.is_not_null();
  RowWindows& rows = row_windows(a);
  const auto mean = [&](const Expression& value) {
    const Expression known = when(both).then(value);
    return rows.total(WindowKind::kSum, known) / rows.total(WindowKind::kCount, known).cast(TypeId::kFloat64);
  };
  const Expression x_mean = mean(x), y_mean = mean(y);
  return {when(both).then(x - x_mean), when(both).then(y - y_mean), x_mean, y_mean, both};
}

Expression count_of(const AggregateCall& a, const Pair& pair) {
  return a.take(static_cast<Expression>(when(pair.both).then(1)).count()).cast(TypeId::kFloat64);
}

Expression unless_zero(const Expression& value) { return when(value != 0.0).then(value); }

Expression correlation(const AggregateCall& a) {
  const Pair pair = centred_pair(a);
  const Expression squares = a.take((pair.x * pair.x).sum()) * a.take((pair.y * pair.y).sum());
  return a.take((pair.x * pair.y).sum()) / unless_zero(squares.sqrt());
}

Expression covariance(const AggregateCall& a, double less) {
  const Pair pair = centred_pair(a);
  const Expression count = count_of(a, pair) - less;
  return a.take((pair.x * pair.y).sum()) / static_cast<Expression>(when(count > 0.0).then(count));
}

Expression slope(const AggregateCall& a) {
  const Pair pair = centred_pair(a);
  return a.take((pair.x * pair.y).sum()) / unless_zero(a.take((pair.x * pair.x).sum()));
}

Expression intercept(const AggregateCall& a) {
  const Pair pair = centred_pair(a);
  const Expression inclination =
      a.take((pair.x * pair.y).sum()) / unless_zero(a.take((pair.x * pair.x).sum()));
  return a.take(pair.y_mean.first_valid()) - inclination * a.take(pair.x_mean.first_valid());
}

Expression determination(const AggregateCall& a) {
  const Expression share = correlation(a);
  return share * share;
}

Expression common_count(const AggregateCall& a) {
  const Expression x = translate(a.call.argument_tree(1), rows_of(a));
  const Expression both = chosen_rows(a) & a.argument.is_not_null() & x.is_not_null();
  return a.take(static_cast<Expression>(when(both).then(1)).count());
}

// The mean of a power of what lies around the mean.
Expression central_moment(const AggregateCall& a, int power) {
  const Expression value = a.argument.cast(TypeId::kFloat64);
  RowWindows& rows = row_windows(a);
  const Expression mean =
      rows.total(WindowKind::kSum, value) / rows.total(WindowKind::kCount, value).cast(TypeId::kFloat64);
  return a.take((value - mean).pow(static_cast<double>(power)).mean());
}

// Of a sample, as DuckDB has it.
Expression skewness(const AggregateCall& a) {
  const Expression n = a.take(a.argument.count()).cast(TypeId::kFloat64);
  const Expression found = central_moment(a, 3) / unless_zero(central_moment(a, 2).pow(1.5));
  return when(n > 2.0).then((n * (n - 1.0)).sqrt() / (n - 2.0) * found);
}

Expression kurtosis(const AggregateCall& a) {
  const Expression n = a.take(a.argument.count()).cast(TypeId::kFloat64);
  const Expression found = central_moment(a, 4) / unless_zero(central_moment(a, 2).pow(2.0));
  const Expression sample =
      (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * found - Expression(3.0) * (n - 1.0));
  return when(n > 3.0).then(sample);
}

Expression standard_error(const AggregateCall& a) {
  const Expression n = a.take(a.argument.count()).cast(TypeId::kFloat64);
  return a.take(a.argument.std(0)) / unless_zero(n.sqrt());
}

// The values of each group in their order: string_agg(x, ', ' ORDER BY y), list(x).
Expression collect(const AggregateCall& a, std::optional<std::string> separator) {
  RowWindows& rows = row_windows(a);
  Expression chosen = chosen_rows(a);
  if (separator) chosen = chosen & a.argument.is_not_null();
  if (a.distinct()) {
    std::vector<RowOrder> chosen_first = {{chosen, true, false}};
    chosen = chosen & (rows.number(std::move(chosen_first), {a.argument}) == 0);
  }
  const Expression place = rows.number(order_of(a));
  return rows.collect(separator ? a.argument.cast(TypeId::kUtf8) : a.argument, chosen, place,
                      std::move(separator));
}

Expression collect_text(const AggregateCall& a) {
  return collect(a, a.call.num_arguments() == 2 ? a.call.text(1) : std::string(","));
}

Expression collect_list(const AggregateCall& a) { return collect(a, std::nullopt); }
struct AggregateFunction {
  std::string_view name;
  Expression (*build)(const AggregateCall&);
  /// Whether DISTINCT changes nothing, so that it can be left out.
  bool ignores_distinct = false;
  std::size_t num_arguments = 1;
  /// Whether it takes ORDER BY, FILTER and DISTINCT into account itself.
  bool ordered = false;
};
constexpr std::array<AggregateFunction, 54> kFunctions = {{
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
    {"first", first, true, 1, true},
    {"last", last, true, 1, true},
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
    {"arg_max", [](const AggregateCall& a) { return extreme(a, true); }, true, 2, true},
    {"argmax", [](const AggregateCall& a) { return extreme(a, true); }, true, 2, true},
    {"max_by", [](const AggregateCall& a) { return extreme(a, true); }, true, 2, true},
    {"arg_min", [](const AggregateCall& a) { return extreme(a, false); }, true, 2, true},
    {"argmin", [](const AggregateCall& a) { return extreme(a, false); }, true, 2, true},
    {"min_by", [](const AggregateCall& a) { return extreme(a, false); }, true, 2, true},
    {"array_agg", collect_list, true, 1, true},
    {"list", collect_list, true, 1, true},
    {"string_agg", collect_text, true, 2, true},
    {"group_concat", collect_text, true, 2, true},
    {"listagg", collect_text, true, 2, true},
    {"mode", mode, true, 1, true},
    {"quantile_disc", discrete_percentile, true, 2, true},
    {"percentile_disc", discrete_percentile, true, 1, true},
    {"corr", correlation, false, 2, true},
    {"covar_pop", [](const AggregateCall& a) { return covariance(a, 0.0); }, false, 2, true},
    {"covar_samp", [](const AggregateCall& a) { return covariance(a, 1.0); }, false, 2, true},
    {"regr_slope", slope, false, 2, true},
    {"regr_intercept", intercept, false, 2, true},
    {"regr_r2", determination, false, 2, true},
    {"regr_count", common_count, false, 2, true},
    {"skewness", skewness},
    {"kurtosis", kurtosis},
    {"sem", standard_error},
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

bool is_ordered_set(const FunctionCall& call) {
  return call.name() == "percentile_cont" || call.name() == "percentile_disc";
}

void check_form(const FunctionCall& call, const AggregateFunction& function) {
  const ParseNode& node = call.node();
  if (node.has("agg_within_group") != is_ordered_set(call)) {
    call.fail(call.name() +
              (is_ordered_set(call) ? "() needs WITHIN GROUP (ORDER BY ...)" : "() takes no WITHIN GROUP"));
  }
  if (node.has("agg_order") && !function.ordered && !is_ordered_set(call))
    call.scope().text.fail_unsupported(node.location(), "ORDER BY in this aggregate");
  if (node.has("agg_distinct") && function.ordered && !function.ignores_distinct)
    call.scope().text.fail_unsupported(node.location(), call.name() + "(DISTINCT)");
  const bool has_share = function.build == percentile && !is_ordered_set(call);
  const std::size_t wanted = has_share ? 2 : function.num_arguments;
  const std::size_t least = function.build == collect_text ? 1 : wanted;
  if (call.num_arguments() > wanted || call.num_arguments() < least) {
    call.fail(call.name() + "() takes " + std::to_string(wanted) +
              (wanted == 1 ? " argument" : " arguments") + ", found " + std::to_string(call.num_arguments()));
  }
  if (node.has("agg_filter") &&
      (call.name() == "size" || call.name() == "n_unique" || call.name() == "nunique")) {
    call.scope().text.fail_unsupported(node.location(), call.name() + "() with FILTER: it would count nulls");
  }
}

// The argument in one row of those of a group that have the same value.
Expression one_of_equal(const AggregateCall& a) {
  const Expression number = row_windows(a).number({}, {a.argument});
  return when(number == 0).then(a.argument);
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
  std::optional<Expression> filter;
  if (call.node().has("agg_filter")) filter = translate(call.node().at("agg_filter"), rows);
  if (function.ordered) return function.build({call, argument, filter});
  if (filter) argument = when(*filter).then(argument);
  AggregateCall aggregate{call, argument};
  if (aggregate.distinct() && !function.ignores_distinct) aggregate.argument = one_of_equal(aggregate);
  return function.build(aggregate);
}

}  // namespace treadle::sql

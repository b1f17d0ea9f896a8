#include "sql/windows.h"

#include <algorithm>
#include <array>

#include "base/nearest_name.h"
#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "sql/function_call.h"
#include "sql/row_limit.h"
#include "sql/translate.h"

namespace treadle::sql {
namespace {

using dataframe::AggregateKind;

// PostgreSQL's bits of a frame.
constexpr int kRange = 0x2, kGroups = 0x8;
constexpr int kFromFirst = 0x20, kToLast = 0x100;
constexpr int kFromRow = 0x200, kToRow = 0x400;
constexpr int kFromBefore = 0x800, kToBefore = 0x1000, kFromBehind = 0x2000, kToBehind = 0x4000;
constexpr int kExcludes = 0x8000 | 0x10000 | 0x20000;

constexpr std::array<std::string_view, 10> kFunctions = {
    "cume_dist", "dense_rank", "first_value",  "lag",  "last_value",
    "lead",      "ntile",      "percent_rank", "rank", "row_number"};

bool is_whole(const WindowFrame& frame) { return !frame.first && !frame.last; }

Expression as_float(const Expression& value) { return value.cast(TypeId::kFloat64); }

// In the type that a sum has; sums over windows have that of their column.
Expression widened(const Expression& argument, const Schema& schema) {
  const DataType type = dataframe::type_of(argument.node(), schema);
  if (type.id() == TypeId::kBool || type.is_signed_integer()) return argument.cast(TypeId::kInt64);
  if (type.is_integer()) return argument.cast(TypeId::kUInt64);
  if (type.is_float()) return argument.cast(TypeId::kFloat64);
  if (type.id() == TypeId::kDecimal128) return argument.cast(DataType::decimal(38, type.scale()));
  return argument;
}

}  // namespace

// The scope of an aggregate's call with OVER: its parts become window columns.
class WindowScope final : public Scope {
 public:
  WindowScope(Scope& rows, Windows& windows, const Windows::Over& over)
      : Scope(rows.text, rows.dialect), rows_(rows), windows_(windows), over_(over) {}

  std::optional<Expression> known(const ParseNode& node) override { return rows_.known(node); }
  Expression column(const ParseNode& reference) override { return rows_.column(reference); }
  Expression aggregate(const Expression& aggregate, const ParseNode& call) override {
    return windows_.add_aggregate(over_, aggregate, call);
  }
  Scope& argument_scope(const ParseNode&) override { return rows_; }
  std::optional<DataType> type_of(const Expression& expression) override { return rows_.type_of(expression); }

 private:
  Scope& rows_;
  Windows& windows_;
  const Windows::Over& over_;
};

ParseNode Windows::definition(const Json& over, const ParseNode& call) const {
  const ParseNode window("WindowDef", over);
  if (!window.has("name") && !window.has("refname")) return window;
  const std::string name = window.has("name") ? window.text("name") : window.text("refname");
  for (const Json& item : select_.at("windowClause")) {
    const ParseNode named(item);
    if (named.text("name") != name) continue;
    const bool adds = window.has("partitionClause") || window.has("orderClause");
    if (adds) environment_.text.fail_unsupported(call.location(), "a window that adds to a named one");
    return named;
  }
  environment_.text.fail(call.location(), "no window is called \"" + name + "\" in the WINDOW clause");
}

Windows::Over Windows::read(const ParseNode& window, Scope& scope) const {
  Over over;
  for (const std::string& name : outer_) over.keys.push_back(col(name));
  for (const Json& item : window.at("partitionClause")) over.keys.push_back(translate(item, scope));
  for (const Json& item : window.at("orderClause")) {
    const ParseNode by(item);
    const SortColumn order = sort_column(by, {}, scope.text);
    over.order.push_back({translate(by.at("node"), scope), order.descending, order.nulls_first});
  }
  for (const Expression& key : over.keys) over.text += key.to_string() + '\n';
  over.text += '\n';
  for (const Order& by : over.order) {
    over.text += by.key.to_string() + (by.descending ? " desc" : "") + (by.nulls_first ? " first\n" : "\n");
  }
  read_frame(window, over, scope);
  return over;
}

void Windows::read_frame(const ParseNode& window, Over& over, Scope& scope) const {
  const Json& given = window.at("frameOptions");
  const int bits = given.is_number_integer() ? given.get<int>() : 0;
  const auto unsupported = [&](const std::string& what) {
    scope.text.fail_unsupported(window.location(), what);
  };
  if ((bits & kExcludes) != 0) unsupported("EXCLUDE in a window's frame");
  const auto rows = [&](const char* field) {
    const auto value = literal(window.at(field), scope);
    const auto* count = value ? std::get_if<std::int64_t>(&value->storage()) : nullptr;
    if (count == nullptr || *count < 0)
      scope.text.fail(ParseNode(window.at(field)).location(),
                      "a frame's offset is a whole number of at least 0");
    return *count;
  };
  const bool offsets = (bits & (kFromBefore | kToBefore | kFromBehind | kToBehind)) != 0;
  const bool by_value = (bits & kRange) != 0 && offsets;
  if (by_value || (bits & kGroups) != 0)
    unsupported(by_value ? "RANGE with an offset; ROWS counts rows"
                         : "GROUPS in a window's frame; ROWS counts rows");
  over.frame.first.reset();
  if ((bits & kFromRow) != 0) over.frame.first = 0;
  if ((bits & kFromBefore) != 0) over.frame.first = -rows("startOffset");
  if ((bits & kFromBehind) != 0) over.frame.first = rows("startOffset");
  if ((bits & kToLast) != 0) over.frame.last.reset();
  if ((bits & kToBefore) != 0) over.frame.last = -rows("endOffset");
  if ((bits & kToBehind) != 0) over.frame.last = rows("endOffset");
  const bool in_rows = (bits & 0x4) != 0;
  if (!in_rows && (bits & kFromRow) != 0) unsupported("RANGE from the current row");
  if (!in_rows && over.frame.last) {
    over.frame.with_peers = true;
    // Without an order, all rows of a group are equal in it.
    if (over.order.empty()) over.frame = WindowFrame::whole_group();
  }
  const bool one_is_open = over.frame.first.has_value() != over.frame.last.has_value();
  if (one_is_open && over.frame.first.value_or(0) + over.frame.last.value_or(0) != 0)
    unsupported("a frame with an open end and an offset");
}

Expression Windows::take(const ParseNode& call, Scope& scope) {
  const std::string name = last_name(call.at("funcname"));
  // Windows do not stand in each other.
  Windows* const own = std::exchange(scope.windows, nullptr);
  struct Restore {
    Scope& scope;
    Windows* windows;
    ~Restore() { scope.windows = windows; }
  } const restore{scope, own};
  const Over over = read(definition(call.at("over"), call), scope);
  if (is_aggregate_function(name)) {
    WindowScope inner(scope, *this, over);
    return translate_aggregate(FunctionCall(call, inner));
  }
  for (const char* clause : {"agg_filter", "agg_distinct", "agg_star", "agg_order"}) {
    if (call.has(clause))
      scope.text.fail(call.location(), name + "() takes no DISTINCT, *, FILTER or ORDER BY");
  }
  return translate_function(call, name, over, scope);
}

Expression Windows::translate_function(const ParseNode& node, const std::string& name, const Over& over,
                                       Scope& scope) {
  const FunctionCall call(node, scope);
  const WindowFrame so_far{std::nullopt, 0, false}, peers{std::nullopt, 0, true};
  const auto check = [&](std::size_t least, std::size_t most) {
    if (call.num_arguments() < least || call.num_arguments() > most)
      call.fail(name + "() takes " + std::to_string(least) +
                (least == most ? "" : " to " + std::to_string(most)) + " arguments, found " +
                std::to_string(call.num_arguments()));
  };
  const auto number = [&] { return add(over, WindowKind::kNumber, std::nullopt, so_far); };
  const auto rank = [&] { return add(over, WindowKind::kRank, std::nullopt, so_far); };
  const auto size = [&] {
    return add(over, WindowKind::kCount, lit(Scalar(true)), WindowFrame::whole_group());
  };
  if (name == "lag" || name == "lead") {
    check(1, 3);
    return shift(node, name == "lag" ? 1 : -1, over, scope);
  }
  if (name == "first_value" || name == "last_value") {
    check(1, 1);
    return add(over, name == "first_value" ? WindowKind::kFirst : WindowKind::kLast, call.argument(0),
               over.frame);
  }
  if (name == "ntile") {
    check(1, 1);
    const std::int64_t count = call.integer(0);
    if (count < 1) call.fail("ntile() takes a number of at least 1, found " + std::to_string(count));
    // The first n % count tiles have one row more than the others.
    const Expression n = size(), row = number();
    const Expression each = n.floor_divide(count), large = (n % count) * (each + 1);
    const Expression in_small = when(each > 0).then((row - large).floor_divide(each)).otherwise(0);
    return when(row < large).then(row.floor_divide(each + 1) + 1).otherwise(in_small + n % count + 1);
  }
  if (std::find(kFunctions.begin(), kFunctions.end(), name) == kFunctions.end()) {
    std::vector<std::string> names(kFunctions.begin(), kFunctions.end());
    add_aggregate_functions(names);
    call.fail("no window function or aggregate is called \"" + name + '"' + nearest_hint(name, names));
  }
  check(0, 0);
  if (name == "row_number") return number() + 1;
  if (name == "rank") return rank();
  if (name == "dense_rank") return add(over, WindowKind::kDenseRank, std::nullopt, so_far);
  if (name == "cume_dist") {
    return as_float(add(over, WindowKind::kCount, lit(Scalar(true)),
                        over.order.empty() ? WindowFrame::whole_group() : peers)) /
           as_float(size());
  }
  const Expression others = as_float(size() - 1);
  return when(others > 0.0).then(as_float(rank() - 1) / others).otherwise(0.0);
}

Expression Windows::shift(const ParseNode& node, std::int64_t sign, const Over& over, Scope& scope) {
  const FunctionCall call(node, scope);
  const std::int64_t distance = sign * (call.num_arguments() > 1 ? call.integer(1) : 1);
  Expression moved = add(over, WindowKind::kShift, call.argument(0), {}, distance);
  if (call.num_arguments() < 3) return moved;
  const Expression there = add(over, WindowKind::kShift, lit(Scalar(true)), {}, distance);
  return when(there.is_null()).then(call.argument(2)).otherwise(moved);
}

Expression Windows::add(const Over& over, WindowKind kind, std::optional<Expression> argument,
                        WindowFrame frame, std::int64_t distance) {
  WindowColumn column{kind, {}, environment_.names.next("window"), frame, distance, false};
  wanted_.push_back({over, std::move(column), std::move(argument), std::nullopt});
  return col(wanted_.back().column.name);
}

Expression Windows::add_aggregate(const Over& over, const Expression& aggregate, const ParseNode& call) {
  if (is_whole(over.frame)) {
    WindowColumn column;
    column.name = environment_.names.next("window");
    wanted_.push_back({over, std::move(column), std::nullopt, aggregate});
    return col(wanted_.back().column.name);
  }
  const auto& node = *aggregate.node()->as<dataframe::AggregateCall>();
  const auto argument = [&] { return Expression(aggregate.node()->arguments()[0]); };
  switch (node.kind) {
    case AggregateKind::kSize:
      return add(over, WindowKind::kCount, lit(Scalar(true)), over.frame);
    case AggregateKind::kCount:
      return add(over, WindowKind::kCount, argument(), over.frame);
    case AggregateKind::kSum:
      return add(over, WindowKind::kSum, argument(), over.frame);
    case AggregateKind::kMin:
      return add(over, WindowKind::kMin, argument(), over.frame);
    case AggregateKind::kMax:
      return add(over, WindowKind::kMax, argument(), over.frame);
    case AggregateKind::kFirst:
      return add(over, WindowKind::kFirst, argument(), over.frame);
    case AggregateKind::kLast:
      return add(over, WindowKind::kLast, argument(), over.frame);
    case AggregateKind::kMean: {
      const Expression count = add(over, WindowKind::kCount, argument(), over.frame);
      return when(count > 0).then(add(over, WindowKind::kSum, as_float(argument()), over.frame) /
                                  as_float(count));
    }
    default:
      environment_.text.fail_unsupported(
          call.location(),
          last_name(call.at("funcname")) + "() over a part of a group: with ORDER BY or a frame");
  }
}

DataFrame Windows::attach(const DataFrame& rows) const {
  DataFrame frame = rows;
  std::vector<bool> done(wanted_.size(), false);
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (done[i]) continue;
    std::vector<Wanted> alike;
    for (std::size_t k = i; k < wanted_.size(); ++k) {
      const bool same = wanted_[k].over.text == wanted_[i].over.text &&
                        wanted_[k].aggregate.has_value() == wanted_[i].aggregate.has_value();
      if (!same || done[k]) continue;
      alike.push_back(wanted_[k]);
      done[k] = true;
    }
    frame = alike[0].aggregate ? attach_groups(frame, alike) : attach_windows(std::move(frame), alike);
  }
  return frame;
}

DataFrame Windows::attach_windows(DataFrame rows, const std::vector<Wanted>& alike) const {
  const Schema schema = rows.schema();
  std::vector<Expression> made;
  WindowOptions options;
  options.keep_order = false;
  const auto column_of = [&](const Expression& value) {
    if (const auto* column = value.node()->as<dataframe::ColumnReference>()) return column->name;
    made.push_back(value.alias(environment_.names.next("window argument")));
    return dataframe::output_name(*made.back().node());
  };
  for (const Expression& key : alike[0].over.keys) options.partition_by.push_back(column_of(key));
  for (const Order& by : alike[0].over.order) {
    SortColumn column(column_of(by.key), by.descending);
    column.nulls_first = by.nulls_first;
    options.order_by.push_back(std::move(column));
  }
  std::vector<WindowColumn> columns;
  for (const Wanted& one : alike) {
    columns.push_back(one.column);
    if (!one.argument) continue;
    const bool sums = one.column.kind == WindowKind::kSum;
    columns.back().column = column_of(sums ? widened(*one.argument, schema) : *one.argument);
  }
  if (!made.empty()) rows = rows.with_columns(std::move(made));
  return with_windows(rows, std::move(columns), std::move(options));
}

DataFrame Windows::attach_groups(const DataFrame& rows, const std::vector<Wanted>& alike) const {
  std::vector<Expression> aggregates;
  for (const Wanted& one : alike) aggregates.push_back(one.aggregate->alias(one.column.name));
  JoinOptions options;
  if (alike[0].over.keys.empty()) {
    options.how = JoinKind::kCross;
    return rows.join(rows.select(std::move(aggregates)), options);
  }
  std::vector<Expression> keys;
  for (const Expression& key : alike[0].over.keys) {
    keys.push_back(key.alias(environment_.names.next("window key")));
    options.on.push_back(col(dataframe::output_name(*keys.back().node())));
  }
  options.how = JoinKind::kLeft;
  options.nulls_equal = true;
  return rows.with_columns(keys).join(rows.group_by(keys).agg(std::move(aggregates)), options);
}

}  // namespace treadle::sql

#include "sql/row_windows.h"

#include <utility>

#include "dataframe/expressions/bind.h"
#include "dataframe/expressions/node.h"
#include "sql/collecting.h"

namespace treadle::sql {

std::vector<Expression> RowWindows::all_keys(const std::vector<Expression>& inner) const {
  std::vector<Expression> keys = keys_;
  keys.insert(keys.end(), inner.begin(), inner.end());
  return keys;
}

Expression RowWindows::add(Wanted wanted) {
  wanted.column.name = names_.next("row window");
  wanted_.push_back(std::move(wanted));
  return col(wanted_.back().column.name);
}

Expression RowWindows::number(std::vector<RowOrder> order, const std::vector<Expression>& inner) {
  WindowColumn column;
  column.kind = WindowKind::kNumber;
  return add({all_keys(inner), std::move(order), std::move(column), std::nullopt});
}

Expression RowWindows::total(WindowKind kind, const Expression& argument,
                             const std::vector<Expression>& inner) {
  WindowColumn column;
  column.kind = kind;
  column.frame = WindowFrame::whole_group();
  return add({all_keys(inner), {}, std::move(column), argument});
}

Expression RowWindows::collect(const Expression& values, const Expression& chosen, const Expression& place,
                               std::optional<std::string> separator) {
  if (group_.empty()) group_ = names_.next("group");
  collected_.push_back({names_.next("collected"), values, chosen, place, std::move(separator)});
  return col(collected_.back().name);
}

DataFrame RowWindows::with_window(DataFrame rows, const Wanted& wanted) const {
  std::vector<Expression> made;
  const auto column_of = [&](const Expression& value) {
    if (const auto* column = value.node()->as<dataframe::ColumnReference>()) return column->name;
    made.push_back(value.alias(names_.next("row value")));
    return dataframe::output_name(*made.back().node());
  };
  WindowOptions options;
  for (const Expression& key : wanted.keys) options.partition_by.push_back(column_of(key));
  for (const RowOrder& by : wanted.order) {
    SortColumn column(column_of(by.key), by.descending);
    column.nulls_first = by.nulls_first;
    options.order_by.push_back(std::move(column));
  }
  WindowColumn column = wanted.column;
  if (wanted.argument) column.column = column_of(*wanted.argument);
  if (!made.empty()) rows = rows.with_columns(std::move(made));
  return with_windows(rows, {std::move(column)}, std::move(options));
}

DataFrame RowWindows::attach(DataFrame rows) const {
  for (const Wanted& wanted : wanted_) rows = with_window(std::move(rows), wanted);
  if (group_.empty()) return rows;
  if (keys_.empty()) return rows.with_columns({lit(std::int64_t{1}).alias(group_)});
  Wanted numbered{{}, {}, {}, std::nullopt};
  for (const Expression& key : keys_) numbered.order.push_back({key, false, false});
  numbered.column.kind = WindowKind::kDenseRank;
  numbered.column.name = group_;
  return with_window(std::move(rows), numbered);
}

std::vector<Expression> RowWindows::aggregates() const {
  if (group_.empty()) return {};
  return {col(group_).first().alias(group_)};
}

DataFrame RowWindows::join_collected(const DataFrame& rows, DataFrame groups) const {
  for (const Collected& one : collected_) {
    const std::string group = names_.next("group");
    const DataFrame chosen = rows.filter(one.chosen)
                                 .select({col(group_).cast(TypeId::kInt64).alias(group),
                                          one.place.alias("place"), one.values.alias(one.name)});
    JoinOptions options;
    options.how = JoinKind::kLeft;
    options.coalesce = false;
    options.left_on = {col(group_).cast(TypeId::kInt64)};
    options.right_on = {col(group)};
    groups = groups.join(collected(chosen, rows.num_partitions(), one.separator), options);
  }
  return groups;
}

}  // namespace treadle::sql

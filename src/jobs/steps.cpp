#include "jobs/steps.h"

#include <algorithm>
#include <array>

#include "jobs/fault.h"
#include "treadle/sql.h"

namespace treadle::jobs {
namespace {

Expression read_expression(const JsonReader& text, const Schema& columns) {
  return at(text.pointer(), [&] { return parse_expression(text.text(), columns); });
}

// ["a", "b * 2 AS c"] or {"a": "a", "c": "b * 2"} or "a".
std::vector<Expression> read_expressions(const JsonReader& value, const Schema& columns) {
  std::vector<Expression> out;
  if (value.value().is_object()) {
    for (const auto& [name, text] : value.members())
      out.push_back(read_expression(text, columns).alias(name));
  } else if (value.value().is_string()) {
    out.push_back(read_expression(value, columns));
  } else if (value.value().is_array()) {
    for (const JsonReader& text : value.items()) out.push_back(read_expression(text, columns));
  } else {
    value.fail_expected("an expression, a list of them, or an object of names and expressions");
  }
  if (out.empty()) value.fail_expected("at least one expression");
  return out;
}

DataFrame filter(const DataFrame& frame, const JsonReader& value) {
  DataFrame out = frame;
  const auto add = [&](const JsonReader& text) {
    const Expression predicate = read_expression(text, frame.schema());
    out = at(text.pointer(), [&] { return out.filter(predicate); });
  };
  if (value.value().is_array()) {
    for (const JsonReader& text : value.items()) add(text);
  } else {
    add(value);
  }
  return out;
}

DataFrame select(const DataFrame& frame, const JsonReader& value) {
  return frame.select(read_expressions(value, frame.schema()));
}

DataFrame with_columns(const DataFrame& frame, const JsonReader& value) {
  return frame.with_columns(read_expressions(value, frame.schema()));
}

DataFrame drop(const DataFrame& frame, const JsonReader& value) {
  const Schema columns = frame.schema();
  const std::vector<std::string> names = value.texts();
  for (const std::string& name : names) columns.index_of(name);
  std::vector<Expression> kept;
  for (const Field& field : columns.fields()) {
    if (std::find(names.begin(), names.end(), field.name) == names.end()) kept.push_back(col(field.name));
  }
  if (kept.empty()) value.fail_expected("a list that leaves at least one column");
  return frame.select(kept);
}

DataFrame rename(const DataFrame& frame, const JsonReader& value) {
  const Schema columns = frame.schema();
  for (const auto& [old_name, unused] : value.members()) columns.index_of(old_name);
  std::vector<Expression> all;
  for (const Field& field : columns.fields()) {
    const auto name = value.find(field.name);
    all.push_back(name ? col(field.name).alias(name->text()) : col(field.name));
  }
  return frame.select(all);
}

SortColumn read_sort_column(const JsonReader& value) {
  if (value.value().is_string()) return value.text();
  value.expect("sort_column");
  SortColumn column(value.at("column").text());
  if (const auto descending = value.find("descending")) column.descending = descending->boolean();
  constexpr std::array<std::string_view, 2> kNulls = {"first", "last"};
  if (const auto nulls = value.find("nulls")) column.nulls_first = nulls->choice(kNulls) == 0;
  return column;
}

DataFrame sort(const DataFrame& frame, const JsonReader& value) {
  std::vector<SortColumn> columns;
  if (value.value().is_array()) {
    for (const JsonReader& item : value.items()) columns.push_back(read_sort_column(item));
  } else {
    columns.push_back(read_sort_column(value));
  }
  if (columns.empty()) value.fail_expected("at least one column");
  return frame.sort(columns);
}

DataFrame head(const DataFrame& frame, const JsonReader& value) { return frame.head(value.whole_number(0)); }

// true: all columns.
DataFrame unique(const DataFrame& frame, const JsonReader& value) {
  if (!value.value().is_boolean()) return frame.unique(value.texts());
  if (!value.boolean()) value.fail_expected("true, or a list of columns");
  return frame.unique();
}

DataFrame group_by(const DataFrame& frame, const JsonReader& step) {
  const Schema columns = frame.schema();
  const std::vector<Expression> keys = read_expressions(step.at("group_by"), columns);
  const JsonReader aggregates = step.at("agg");
  const std::vector<Expression> wanted = read_expressions(aggregates, columns);
  return at(aggregates.pointer(), [&] { return frame.group_by(keys).agg(wanted); });
}

struct Verb {
  std::string_view key;
  DataFrame (*apply)(const DataFrame&, const JsonReader& value);
};
constexpr std::array<Verb, 8> kVerbs = {{
    {"drop", drop},
    {"filter", filter},
    {"head", head},
    {"rename", rename},
    {"select", select},
    {"sort", sort},
    {"unique", unique},
    {"with_columns", with_columns},
}};

[[noreturn]] void fail_verb(const JsonReader& step, std::size_t found) {
  std::string verbs;
  for (const Verb& verb : kVerbs) verbs += '"' + std::string(verb.key) + "\", ";
  fail(step.pointer(), "a step has one of " + verbs + "and \"group_by\" with \"agg\", found " +
                           std::to_string(found) + " of them");
}

}  // namespace

DataFrame apply_step(const DataFrame& frame, const JsonReader& step) {
  step.expect("step");
  std::size_t found = step.has("group_by") || step.has("agg") ? 1 : 0;
  const Verb* verb = nullptr;
  for (const Verb& known : kVerbs) {
    if (!step.has(known.key)) continue;
    ++found;
    verb = &known;
  }
  if (found != 1) fail_verb(step, found);
  if (verb == nullptr) return group_by(frame, step);
  const JsonReader value = step.at(verb->key);
  return at(value.pointer(), [&] { return verb->apply(frame, value); });
}

}  // namespace treadle::jobs

#include <algorithm>
#include <array>
#include <utility>

#include "sql/calls.h"
#include "sql/function_call.h"

namespace treadle::sql {
namespace {

// Argument `index` as text: what is no text is written as its value would be.
Expression text(const FunctionCall& call, std::size_t index) {
  return call.argument(index).cast(TypeId::kUtf8);
}

std::string characters(const FunctionCall& call) {
  return call.num_arguments() == 2 ? call.text(1) : std::string(" ");
}

Expression concat(const FunctionCall& call) {
  std::vector<Expression> parts;
  for (std::size_t i = 0; i < call.num_arguments(); ++i) parts.push_back(text(call, i).fill_null(""));
  return concat_str(parts);
}

Expression left(const FunctionCall& call) {
  const std::int64_t count = call.integer(1);
  // All but the last ones.
  if (count < 0) return sql::call("str.range", {call.argument(0), lit(std::int64_t{0}), lit(count)});
  return call.argument(0).str().slice(0, count);
}

Expression right(const FunctionCall& call) {
  const std::int64_t count = call.integer(1);
  // All but the first ones.
  if (count < 0) return call.argument(0).str().slice(-count);
  return count == 0 ? call.argument(0).str().slice(0, 0) : call.argument(0).str().slice(-count, count);
}

Expression substring(const FunctionCall& call) {
  std::vector<Expression> arguments;
  for (std::size_t i = 0; i < call.num_arguments(); ++i) arguments.push_back(call.argument(i));
  return sql::call("sql.substring", std::move(arguments));
}

Expression regexp_replace(const FunctionCall& call) {
  std::string pattern = call.text(1);
  const std::string flags = call.num_arguments() == 4 ? call.text(3) : std::string();
  for (const char flag : flags) {
    if (flag != 'g' && flag != 'i')
      call.fail(std::string("regexp_replace() knows the flags g and i, found ") + flag);
  }
  if (flags.find('i') != std::string::npos) pattern.insert(0, "(?i)");
  const StringExpressions subject = call.argument(0).str();
  return flags.find('g') != std::string::npos ? subject.replace_all(pattern, call.text(2))
                                              : subject.replace(pattern, call.text(2));
}

// reverse(s), initcap(s)
Expression reshaped(const FunctionCall& call) {
  return sql::call(call.name() == "reverse" ? "str.reverse" : "str.title", {call.argument(0)});
}

Expression replaced(const FunctionCall& call) {
  return call.argument(0).str().replace_all(call.text(1), call.text(2), true);
}

// overlay(s placing 'x' from 2 for 3)
Expression overlay(const FunctionCall& call) {
  const std::string placed = call.text(1);
  const std::int64_t from = call.integer(2);
  const auto own = std::ranges::count_if(placed, [](char c) { return static_cast<signed char>(c) >= -64; });
  const std::int64_t count = call.num_arguments() == 4 ? call.integer(3) : own;
  if (from < 1 || count < 0) call.fail("overlay() takes a place from 1 on and a length of at least 0");
  const Expression text = call.argument(0);
  return concat_str({text.str().slice(0, from - 1), lit(placed), text.str().slice(from - 1 + count)});
}

Expression full_match(const FunctionCall& call) {
  return call.argument(0).str().contains("^(?:" + call.text(1) + ")$");
}

constexpr std::array<ScalarFunction, 35> kFunctions = {{
    {"bit_length", 1, 1,
     [](const FunctionCall& c) { return c.argument(0).str().length_bytes().cast(TypeId::kInt64) * 8; }},
    {"btrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip(characters(c)); }},
    {"char_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"character_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"concat", 1, SIZE_MAX, concat},
    {"contains", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1), true); }},
    {"ends_with", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().ends_with(c.text(1)); }},
    {"initcap", 1, 1, reshaped},
    {"lcase", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().to_lower(); }},
    {"left", 2, 2, left},
    {"len", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"lower", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().to_lower(); }},
    {"ltrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip_start(characters(c)); }},
    {"octet_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length_bytes(); }},
    {"levenshtein", 2, 2,
     [](const FunctionCall& c) { return sql::call("str.distance", {c.argument(0), lit(c.text(1))}); }},
    {"overlay", 3, 4, overlay},
    {"regexp_full_match", 2, 2, full_match},
    {"regexp_like", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1)); }},
    {"regexp_matches", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1)); }},
    {"regexp_replace", 3, 4, regexp_replace},
    {"replace", 3, 3, replaced},
    {"reverse", 1, 1, reshaped},
    {"right", 2, 2, right},
    {"rtrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip_end(characters(c)); }},
    {"starts_with", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().starts_with(c.text(1)); }},
    {"strlen", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length_bytes(); }},
    {"substr", 2, 3, substring},
    {"substring", 2, 3, substring},
    {"suffix", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().ends_with(c.text(1)); }},
    {"prefix", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().starts_with(c.text(1)); }},
    {"trim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip(characters(c)); }},
    {"translate", 3, 3,
     [](const FunctionCall& c) {
       return sql::call("str.translate", {c.argument(0), lit(c.text(1)), lit(c.text(2))});
     }},
    {"ucase", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().to_upper(); }},
    {"upper", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().to_upper(); }},
}};

}  // namespace

const ScalarFunction* find_text_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

void add_text_functions(std::vector<std::string>& names) {
  for (const ScalarFunction& function : kFunctions) names.emplace_back(function.name);
}

}  // namespace treadle::sql

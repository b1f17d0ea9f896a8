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
  if (count < 0) call.scope().text.fail_unsupported(call.node().location(), "left() of a negative length");
  return call.argument(0).str().slice(0, count);
}

Expression right(const FunctionCall& call) {
  const std::int64_t count = call.integer(1);
  if (count < 0) call.scope().text.fail_unsupported(call.node().location(), "right() of a negative length");
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

constexpr std::array<ScalarFunction, 25> kFunctions = {{
    {"btrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip(characters(c)); }},
    {"char_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"character_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"concat", 1, SIZE_MAX, concat},
    {"contains", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1), true); }},
    {"ends_with", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().ends_with(c.text(1)); }},
    {"left", 2, 2, left},
    {"length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length(); }},
    {"lower", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().to_lower(); }},
    {"ltrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip_start(characters(c)); }},
    {"octet_length", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length_bytes(); }},
    {"regexp_like", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1)); }},
    {"regexp_matches", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().contains(c.text(1)); }},
    {"regexp_replace", 3, 4, regexp_replace},
    {"replace", 3, 3,
     [](const FunctionCall& c) { return c.argument(0).str().replace_all(c.text(1), c.text(2), true); }},
    {"right", 2, 2, right},
    {"rtrim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip_end(characters(c)); }},
    {"starts_with", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().starts_with(c.text(1)); }},
    {"strlen", 1, 1, [](const FunctionCall& c) { return c.argument(0).str().length_bytes(); }},
    {"substr", 2, 3, substring},
    {"substring", 2, 3, substring},
    {"suffix", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().ends_with(c.text(1)); }},
    {"prefix", 2, 2, [](const FunctionCall& c) { return c.argument(0).str().starts_with(c.text(1)); }},
    {"trim", 1, 2, [](const FunctionCall& c) { return c.argument(0).str().strip(characters(c)); }},
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

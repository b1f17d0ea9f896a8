#include <algorithm>
#include <array>
#include <utility>

#include "sql/about_query.h"
#include "sql/calls.h"
#include "sql/function_call.h"
#include "sql/translate.h"

// Functions that look for a part of a text, or fill it up: made of those that the registry has.
namespace treadle::sql {
namespace {

constexpr std::int64_t kLongest = 10'000;

// A pattern that stands for the text itself.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::int64_t count(const FunctionCall& call, std::size_t index, std::int64_t least) {
  const std::int64_t value = call.integer(index);
  if (value < least || value > kLongest) {
    call.fail(call.name() + "() takes a number from " + std::to_string(least) + " to " +
              std::to_string(kLongest) + ", found " + std::to_string(value));
  }
  return value;
}

// concat_ws(', ', a, b): nulls are left out, and so are their separators.
Expression concat_ws(const FunctionCall& call) {
  const std::string separator = call.text(0);
  std::vector<Expression> parts;
  for (std::size_t i = 1; i < call.num_arguments(); ++i) {
    const Expression part = call.argument(i).cast(TypeId::kUtf8);
    parts.push_back(when(part.is_null()).then("").otherwise(concat_str({lit(separator), part})));
  }
  return concat_str(parts).str().replace(std::string("^").append(escaped(separator)), "");
}

// Of the first occurrence, from 1; 0 if there is none.
Expression position_of(const Expression& text, const std::string& part) {
  const Expression before = text.str().replace("(?s)" + escaped(part) + ".*", "");
  return when(text.str().contains(part, true))
      .then(before.str().length() + 1)
      .otherwise(when(text.is_not_null()).then(0));
}

// position('a' IN text) hands the text over first, as strpos() does.
Expression position(const FunctionCall& call) { return position_of(call.argument(0), call.text(1)); }

Expression split_part(const FunctionCall& call) {
  const std::string separator = escaped(call.text(1));
  const std::int64_t number = count(call, 2, 1);
  if (separator.empty()) call.fail("split_part() takes a separator that is not empty");
  const std::string before = "(?s)^(?:.*?" + separator + "){" + std::to_string(number - 1) + "}";
  if (number > 1000)
    call.scope().text.fail_unsupported(call.node().location(), "split_part() behind part 1000");
  const Expression text = call.argument(0);
  const Expression part = text.str().replace(before + "(.*?)(?:" + separator + ".*)?$", "\\1");
  return when(text.str().contains(before)).then(part).otherwise(when(text.is_not_null()).then(""));
}

// regexp_extract(text, pattern, group): what the first match or a group of it has; '' if there is none.
Expression regexp_extract(const FunctionCall& call) {
  const std::int64_t group = call.num_arguments() == 3 ? count(call, 2, 0) : 0;
  if (group > 8)
    call.scope().text.fail_unsupported(call.node().location(), "regexp_extract() of group 9 and beyond");
  const std::string pattern = call.text(1);
  const Expression text = call.argument(0);
  const Expression found = text.str().replace("(?s)^.*?((?-s)" + pattern + ")(?s).*$",
                                              std::string("\\").append(std::to_string(group + 1)));
  return when(text.str().contains(pattern)).then(found).otherwise(when(text.is_not_null()).then(""));
}

Expression repeat(const FunctionCall& call) {
  const std::int64_t times = count(call, 1, 0);
  if (times > 100) call.scope().text.fail_unsupported(call.node().location(), "repeat() more than 100 times");
  const Expression text = call.argument(0);
  if (times == 0) return text.str().slice(0, 0);
  return concat_str(std::vector<Expression>(static_cast<std::size_t>(times), text));
}

// lpad(s, 8), lpad(s, 8, 'xy'): cut, or filled up by the beginning of the filling, again and again.
Expression padded(const FunctionCall& call) {
  const std::int64_t length = count(call, 1, 0);
  const std::string fill = call.num_arguments() == 3 ? call.text(2) : std::string(" ");
  if (fill.empty()) call.fail(call.name() + "() takes a text to fill up with, found ''");
  const char* function = call.name() == "lpad" ? "str.pad_start" : "str.pad_end";
  return sql::call(function, {call.argument(0), lit(length), lit(fill)}).str().slice(0, length);
}

// format('{} of {}', a, b): nulls make it null.
Expression format(const FunctionCall& call) {
  const std::string pattern = call.text(0);
  std::vector<Expression> parts;
  std::size_t argument = 1, from = 0;
  for (std::size_t at = pattern.find("{}"); at != std::string::npos; at = pattern.find("{}", from)) {
    if (argument == call.num_arguments()) call.fail("format() has more places {} than values");
    parts.push_back(lit(pattern.substr(from, at - from)));
    parts.push_back(call.argument(argument++).cast(TypeId::kUtf8));
    from = at + 2;
  }
  if (argument != call.num_arguments()) call.fail("format() has more values than places {}");
  const std::string rest = pattern.substr(from);
  if (rest.find_first_of("{}") != std::string::npos)
    call.scope().text.fail_unsupported(call.node().location(), "format() with other places than {}");
  parts.push_back(lit(rest));
  return concat_str(parts);
}

Expression if_null(const FunctionCall& call) {
  return sql::call("coalesce", {call.argument(0), call.argument(1)});
}

Expression choose(const FunctionCall& call) {
  return when(call.argument(0)).then(call.argument(1)).otherwise(call.argument(2));
}

Expression type_name(const FunctionCall& call) {
  const auto type = call.scope().type_of(call.argument(0));
  if (!type) call.scope().text.fail_unsupported(call.node().location(), "typeof() behind GROUP BY");
  return lit(type_in_sql(*type));
}

constexpr std::array<ScalarFunction, 14> kFunctions = {{
    {"concat_ws", 2, SIZE_MAX, concat_ws},
    {"format", 1, SIZE_MAX, format},
    {"if", 3, 3, choose},
    {"ifnull", 2, 2, if_null},
    {"instr", 2, 2, position},
    {"lpad", 2, 3, padded},
    {"nvl", 2, 2, if_null},
    {"position", 2, 2, position},
    {"regexp_extract", 2, 3, regexp_extract},
    {"repeat", 2, 2, repeat},
    {"rpad", 2, 3, padded},
    {"split_part", 3, 3, split_part},
    {"strpos", 2, 2, position},
    {"typeof", 1, 1, type_name},
}};

}  // namespace

const ScalarFunction* find_search_function(std::string_view name) {
  const auto found =
      std::find_if(kFunctions.begin(), kFunctions.end(), [&](const auto& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : &*found;
}

void add_search_functions(std::vector<std::string>& names) {
  for (const ScalarFunction& function : kFunctions) names.emplace_back(function.name);
}

}  // namespace treadle::sql

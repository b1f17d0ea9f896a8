#include <re2/re2.h>

#include <memory>
#include <span>
#include <vector>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "columnar/functions/text_search.h"
#include "treadle/error.h"

// str.contains, str.replace, str.replace_all by RE2 patterns and, with _literal, by plain text; str.like as
// in SQL.
namespace treadle::columnar::functions {
namespace {

/// A pattern without special characters is searched as plain text, which is many times faster.
bool is_literal(std::string_view pattern) noexcept {
  return pattern.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

std::unique_ptr<RE2> compile(std::string_view pattern, std::string_view function) {
  RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!regex->ok()) {
    throw InvalidArgument(std::string(function) + " takes a regular expression (RE2); found \"" +
                          std::string(pattern) + "\": " + regex->error());
  }
  return regex;
}

re2::StringPiece piece(std::string_view text) noexcept { return {text.data(), text.size()}; }

Column contains_literal(const Column& column, std::string_view wanted) {
  return test_text(column,
                   [&](std::string_view text) { return find_text(text, wanted) != std::string_view::npos; });
}

Datum run_contains_literal(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    return contains_literal(column_of(row[0]), text_parameter(row[1], "str.contains_literal", "text"));
  });
}

/// The optional flag behind the other arguments: whether the pattern is plain text.
bool is_plain(Arguments arguments, std::size_t place) {
  if (arguments.size() <= place || is_null_scalar(arguments[place])) return false;
  if (!is_scalar(arguments[place]))
    throw InvalidArgument("whether a pattern is plain text is the same for all rows");
  return std::get<bool>(scalar_of(arguments[place]).storage());
}

Datum run_contains(Arguments arguments, std::int64_t length, const DataType& result) {
  if (is_plain(arguments, 2)) return run_contains_literal(arguments.first(2), length, result);
  return run_null_in_null_out(arguments.first(2), length, result, [](Arguments row, std::int64_t) {
    const std::string_view pattern = text_parameter(row[1], "str.contains", "pattern");
    if (is_literal(pattern)) return contains_literal(column_of(row[0]), pattern);
    const auto regex = compile(pattern, "str.contains");
    return test_text(column_of(row[0]),
                     [&](std::string_view text) { return RE2::PartialMatch(piece(text), *regex); });
  });
}

void replace_literal(std::string_view text, std::string_view wanted, std::string_view by, bool all,
                     std::string& out) {
  std::size_t from = 0;
  for (std::size_t at = 0; (at = find_text(text, wanted, from)) != std::string_view::npos;) {
    out.append(text, from, at - from).append(by);
    from = at + wanted.size();
    if (!all) break;
    if (wanted.empty()) {
      // Between all code points, as regular expressions do.
      if (from >= text.size()) return;
      const std::size_t step = std::min(code_point_bytes(text[from]), text.size() - from);
      out.append(text, from, step);
      from += step;
    }
  }
  out.append(text.substr(from));
}

template <bool kAll>
Datum run_replace_literal(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    const std::string_view wanted = text_parameter(row[1], "str.replace_literal", "text");
    const std::string_view by = text_parameter(row[2], "str.replace_literal", "replacement");
    return map_text(column_of(row[0]), [&](std::string_view text, std::string& out) {
      replace_literal(text, wanted, by, kAll, out);
    });
  });
}

template <bool kAll>
Datum run_replace(Arguments arguments, std::int64_t length, const DataType& result) {
  if (is_plain(arguments, 3)) return run_replace_literal<kAll>(arguments.first(3), length, result);
  return run_null_in_null_out(arguments.first(3), length, result, [](Arguments row, std::int64_t) {
    const std::string_view pattern = text_parameter(row[1], "str.replace", "pattern");
    const std::string_view by = text_parameter(row[2], "str.replace", "replacement");
    if (is_literal(pattern) && by.find('\\') == std::string_view::npos) {
      return map_text(column_of(row[0]), [&](std::string_view text, std::string& out) {
        replace_literal(text, pattern, by, kAll, out);
      });
    }
    const auto regex = compile(pattern, "str.replace");
    std::string error;
    if (!regex->CheckRewriteString(piece(by), &error)) {
      throw InvalidArgument(
          "str.replace takes a replacement with \\0 to \\9 for the pattern's groups; found \"" +
          std::string(by) + "\": " + error);
    }
    return map_text(column_of(row[0]), [&](std::string_view text, std::string& out) {
      out = text;
      if (kAll)
        RE2::GlobalReplace(&out, *regex, piece(by));
      else
        RE2::Replace(&out, *regex, piece(by));
    });
  });
}

/// LIKE as a regular expression: % is any text, _ any character, a backslash takes the next one as it is.
std::string like_to_regex(std::string_view pattern) {
  std::string regex = "(?s)\\A";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%') {
      regex += ".*";
    } else if (pattern[i] == '_') {
      regex += '.';
    } else {
      if (pattern[i] == '\\' && ++i == pattern.size())
        throw InvalidArgument("a LIKE pattern must not end with its escape character");
      const std::size_t size = std::min(code_point_bytes(pattern[i]), pattern.size() - i);
      regex += RE2::QuoteMeta(piece(pattern.substr(i, size)));
      i += size - 1;
    }
  }
  return regex + "\\z";
}

/// The parts of a pattern between its %, of which the first stands at the start and the last at the end.
std::vector<std::string_view> like_parts(std::string_view pattern) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; (end = pattern.find('%')) != std::string_view::npos;) {
    parts.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end + 1);
  }
  parts.push_back(pattern);
  return parts;
}

/// Each part at its first place behind the one before: if they fit anywhere, they fit there.
bool has_parts(std::string_view text, std::span<const std::string_view> parts) noexcept {
  if (parts.size() == 1) return text == parts[0];
  const std::string_view first = parts.front(), last = parts.back();
  if (!text.starts_with(first) || !text.ends_with(last)) return false;
  std::size_t at = first.size();
  for (const std::string_view part : parts.subspan(1, parts.size() - 2)) {
    at = find_text(text, part, at);
    if (at == std::string_view::npos) return false;
    at += part.size();
  }
  return at + last.size() <= text.size();
}

/// Without _ and escapes, a pattern needs no regular expression.
Column like(const Column& column, std::string_view pattern) {
  if (pattern.find_first_of("_\\") == std::string_view::npos) {
    const std::vector<std::string_view> parts = like_parts(pattern);
    return test_text(column, [&](std::string_view text) { return has_parts(text, parts); });
  }
  const auto regex = compile(like_to_regex(pattern), "LIKE");
  return test_text(column, [&](std::string_view text) { return RE2::FullMatch(piece(text), *regex); });
}

Datum run_like(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    return like(column_of(row[0]), text_parameter(row[1], "LIKE", "pattern"));
  });
}

Datum run_ilike(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [](Arguments row, std::int64_t) {
    const auto regex = compile("(?i)" + like_to_regex(text_parameter(row[1], "ILIKE", "pattern")), "ILIKE");
    return test_text(column_of(row[0]),
                     [&](std::string_view text) { return RE2::FullMatch(piece(text), *regex); });
  });
}

}  // namespace

void register_text_patterns(FunctionRegistry& registry) {
  using Types = std::span<const DataType>;
  constexpr TypeId kText = TypeId::kUtf8;
  registry.add({"str.contains", 2, 3, [](Types types) {
                  return resolve_text(types, "str.contains", TypeId::kBool, {kText, TypeId::kBool},
                                      run_contains);
                }});
  registry.add({"str.contains_literal", 2, 2, [](Types types) {
                  return resolve_text(types, "str.contains_literal", TypeId::kBool, {kText},
                                      run_contains_literal);
                }});
  registry.add({"str.like", 2, 2,
                [](Types types) { return resolve_text(types, "LIKE", TypeId::kBool, {kText}, run_like); }});
  registry.add({"str.ilike", 2, 2,
                [](Types types) { return resolve_text(types, "ILIKE", TypeId::kBool, {kText}, run_ilike); }});
  registry.add({"str.replace", 3, 4, [](Types types) {
                  return resolve_text(types, "str.replace", kText, {kText, kText, TypeId::kBool},
                                      run_replace<false>);
                }});
  registry.add({"str.replace_all", 3, 4, [](Types types) {
                  return resolve_text(types, "str.replace_all", kText, {kText, kText, TypeId::kBool},
                                      run_replace<true>);
                }});
  registry.add({"str.replace_literal", 3, 3, [](Types types) {
                  return resolve_text(types, "str.replace_literal", kText, {kText, kText},
                                      run_replace_literal<false>);
                }});
  registry.add({"str.replace_all_literal", 3, 3, [](Types types) {
                  return resolve_text(types, "str.replace_all_literal", kText, {kText, kText},
                                      run_replace_literal<true>);
                }});
}

}  // namespace treadle::columnar::functions

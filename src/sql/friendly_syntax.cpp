#include "sql/friendly_syntax.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace treadle::sql {
namespace {

constexpr std::string_view kSelect = "SELECT ";  // as long as QUALIFY and REPLACE

class Reader {
 public:
  Reader(std::string_view text, const std::vector<Token>& tokens, std::string& grammatical)
      : text_(text), tokens_(tokens), grammatical_(grammatical) {
    for (const Token& token : tokens) {
      std::string word(text.substr(token.begin, token.end - token.begin));
      for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      words_.push_back(std::move(word));
    }
  }

  FriendlySyntax read() {
    read_about();
    for (std::size_t i = 0; i < words_.size(); ++i) {
      track(i);
      refuse_words(i);
      if (words_[i] == "qualify" && !selects_.empty() && is_clause(i)) {
        read_qualify(i);
      } else if (words_[i] == "*" && i + 1 < words_.size()) {
        read_star(i);
      } else if (words_[i] == "by" && i + 1 < words_.size() && words_[i + 1] == "all" && ends_list(i + 2)) {
        syntax_.all.push_back(tokens_[i + 1].begin);
        grammatical_.replace(tokens_[i + 1].begin, 3, "'*'");
      } else if (words_[i] == "try_cast" && i + 1 < words_.size() && words_[i + 1] == "(") {
        grammatical_.replace(tokens_[i].begin, 8, "    CAST");
        syntax_.tries.push_back(tokens_[i].begin + 4);
      } else if (words_[i] == "interval" && i + 2 < words_.size()) {
        quote_interval(i + 1);
      } else if (words_[i] == "join" && i > 0) {
        read_join(i);
      } else if (words_[i] == "by" && i + 1 < words_.size() && words_[i + 1] == "name" && i > 0) {
        read_by_name(i);
      } else if (words_[i] == "[" || words_[i] == "{") {
        read_list(i);
      } else if (words_[i] == "using" && i + 1 < words_.size() && words_[i + 1] == "sample") {
        throw FriendlyFault{tokens_[i].begin, "not supported yet: USING SAMPLE; sample() of a frame has it"};
      }
    }
    return std::move(syntax_);
  }

 private:
  void read_about() {
    if (words_.empty()) return;
    refuse_statements();
    if (words_[0] != "explain" && words_[0] != "describe") return;
    if (words_.size() > 1 && (words_[1] == "analyze" || words_[1] == "("))
      throw FriendlyFault{tokens_[1].begin,
                          "not supported yet: EXPLAIN ANALYZE and options; profile the run instead"};
    syntax_.about = words_[0];
    blank(0, 1);
    // DESCRIBE t: of all its columns.
    const std::string_view next = words_.size() > 1 ? words_[1] : std::string_view("select");
    const bool query =
        next == "select" || next == "with" || next == "values" || next == "(" || next == "table";
    if (!query && words_[0] == "describe") grammatical_.replace(tokens_[0].begin, 5, "TABLE");
  }

  // f SEMI JOIN g: PostgreSQL would take the word for an alias of f.
  void read_join(std::size_t i) {
    const std::string& word = words_[i - 1];
    const bool is_alias = i > 1 && words_[i - 2] == "as";
    if (is_alias || (word != "semi" && word != "anti" && word != "asof" && word != "positional")) {
      const bool outer = word == "left" || word == "right" || word == "full" || word == "outer";
      if (outer && i > 1 && words_[i - 2] == "asof") throw_other_join(i - 2);
      return;
    }
    if (word == "asof" || word == "positional") throw_other_join(i - 1);
    (word == "semi" ? syntax_.semi_joins : syntax_.anti_joins).push_back(tokens_[i].begin);
    blank(i - 1, i);
  }

  [[noreturn]] void throw_other_join(std::size_t i) const {
    const bool asof = words_[i] == "asof";
    throw FriendlyFault{tokens_[i].begin,
                        asof ? "not supported yet: ASOF JOIN; join_asof() of a frame has it"
                             : "not supported yet: POSITIONAL JOIN; concat(how=\"horizontal\") "
                               "of frames has it"};
  }

  // a UNION [ALL] BY NAME b
  void read_by_name(std::size_t i) {
    const std::size_t all = words_[i - 1] == "all" ? 1 : 0;
    if (i < 1 + all || words_[i - 1 - all] != "union") return;
    syntax_.by_name.push_back(tokens_[i - 1 - all].begin);
    blank(i, i + 2);
  }

  // ['a', 'b'] and {'a': 1} become rows; x[1] and ARRAY[1] are PostgreSQL's own.
  void read_list(std::size_t i) {
    const bool list = words_[i] == "[";
    const bool behind_value =
        i > 0 && (words_[i - 1] == ")" || words_[i - 1] == "]" || words_[i - 1] == "array" ||
                  tokens_[i - 1].kind == kIdentifierToken || tokens_[i - 1].kind == kStringToken);
    if (list && behind_value) return;
    std::size_t depth = 0, end = i;
    for (; end < words_.size(); ++end) {
      const std::string& word = words_[end];
      if (word == "(" || word == "[" || word == "{") ++depth;
      if ((word == ")" || word == "]" || word == "}") && --depth == 0) break;
      if (!list && depth == 1 && word == ":") grammatical_[tokens_[end].begin] = ',';
    }
    if (end == words_.size() || end == i + 1) {
      throw FriendlyFault{tokens_[i].begin, end == i + 1 ? "at least one value is expected in a list"
                                                         : "a bracket is not closed"};
    }
    grammatical_[tokens_[i].begin] = '(';
    grammatical_[tokens_[end].begin] = ')';
    syntax_.lists.push_back(tokens_[i].begin);
  }

  // What DuckDB has and nothing here plans, with another way.
  void refuse_statements() const {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kOthers = {{
        {"attach", "tables are files and frames: FROM 'x.parquet'"},
        {"call", "the methods of a frame have it"},
        {"install", "nothing has to be installed"},
        {"pivot", "pivot() of a frame has it"},
        {"pragma", "treadle.config.set() has settings"},
        {"summarize", "describe() of a frame has it"},
        {"unpivot", "unpivot() of a frame has it"},
    }};
    for (const auto& [word, other] : kOthers) {
      if (words_[0] == word)
        throw FriendlyFault{tokens_[0].begin, "not supported yet: " + words_[0] + "; " + std::string(other)};
    }
  }

  // Words inside of a query that PostgreSQL's grammar stumbles over.
  void refuse_words(std::size_t i) const {
    const std::string_view next =
        i + 1 < words_.size() ? std::string_view(words_[i + 1]) : std::string_view();
    const auto refuse = [&](const std::string& what) {
      throw FriendlyFault{tokens_[i].begin, "not supported yet: " + what};
    };
    if (words_[i] == "columns" && next == "(")
      refuse("COLUMNS(); select() of a frame takes selectors and patterns");
    if ((words_[i] == "ignore" || words_[i] == "respect") && next == "nulls")
      refuse("IGNORE NULLS; forward_fill() of an expression has it");
    if ((words_[i] == "pivot" || words_[i] == "unpivot") && next == "(")
      refuse(words_[i] + "; " + words_[i] + "() of a frame has it");
    if (words_[i] == "glob" && next.starts_with("'")) refuse("GLOB; LIKE and ~ have patterns");
  }

  // At which token the SELECT of each open bracket begins its list.
  void track(std::size_t i) {
    if (words_[i] == "(") brackets_.push_back(selects_.size());
    if (words_[i] == ")" && !brackets_.empty()) {
      selects_.resize(std::min(selects_.size(), brackets_.back()));
      brackets_.pop_back();
    }
    if (words_[i] == "select") {
      const std::size_t outside = brackets_.empty() ? 0 : brackets_.back();
      selects_.resize(std::min(selects_.size(), outside));
      selects_.push_back(i);
    }
  }

  // A column may be called so, too.
  bool is_clause(std::size_t i) const {
    static constexpr std::array<std::string_view, 8> kNoClause = {",", ")", ".", "=", "<", ">", ";", "from"};
    const bool behind_value =
        i > 0 && words_[i - 1] != "." && words_[i - 1] != "," && words_[i - 1] != "select";
    return behind_value && i + 1 < words_.size() &&
           std::find(kNoClause.begin(), kNoClause.end(), words_[i + 1]) == kNoClause.end();
  }

  static bool ends_clause(std::string_view word) {
    static constexpr std::array<std::string_view, 11> kEnds = {
        "order", "limit", "offset", "fetch", "union", "except", "intersect", ";", "window", "for", ")"};
    return std::find(kEnds.begin(), kEnds.end(), word) != kEnds.end();
  }
  bool ends_list(std::size_t i) const {
    return i >= words_.size() || ends_clause(words_[i]) || words_[i] == "having" || words_[i] == "qualify" ||
           words_[i] == "asc" || words_[i] == "desc" || words_[i] == "nulls";
  }

  // The token behind those of the clause that begins with token `i`.
  std::size_t clause_end(std::size_t i) const {
    std::size_t depth = 0;
    for (; i < words_.size(); ++i) {
      if (depth == 0 && ends_clause(words_[i])) return i;
      if (words_[i] == "(") ++depth;
      if (words_[i] == ")") --depth;
    }
    return i;
  }

  void blank(std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) {
      std::fill(grammatical_.begin() + static_cast<std::ptrdiff_t>(tokens_[i].begin),
                grammatical_.begin() + static_cast<std::ptrdiff_t>(tokens_[i].end), ' ');
    }
  }

  // The tokens from `first` to before `end` as a SELECT of its own; the word before them becomes its SELECT.
  std::string select_of(std::size_t word, std::size_t first, std::size_t end) const {
    std::string text(text_.size(), ' ');
    text.replace(tokens_[word].begin, kSelect.size(), kSelect);
    if (first < end) {
      const std::size_t begin = tokens_[first].begin, length = tokens_[end - 1].end - begin;
      text.replace(begin, length, grammatical_, begin, length);
    }
    return text;
  }

  // INTERVAL 3 DAYS: PostgreSQL wants quotes, for which there are blanks around the number; its only units
  // are single ones up to days.
  void quote_interval(std::size_t i) {
    const Token& number = tokens_[i];
    const Token& unit = tokens_[i + 1];
    const bool digits =
        std::all_of(words_[i].begin(), words_[i].end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!digits || number.begin == tokens_[i - 1].end || unit.begin == number.end) return;
    static constexpr std::array<std::string_view, 7> kUnits = {"year",   "month",  "day", "hour",
                                                               "minute", "second", "week"};
    std::string one = words_[i + 1];
    if (one.size() > 1 && one.back() == 's') one.pop_back();
    if (std::find(kUnits.begin(), kUnits.end(), one) == kUnits.end()) return;
    std::string count = words_[i];
    if (one == "week") {
      count = std::to_string(7 * std::stoll(count.substr(0, 9)));
      one = "day";
    }
    const std::string text = "'" + count + "'" + one;
    const std::size_t begin = number.begin - 1, room = unit.end - begin;
    if (text.size() > room)
      throw FriendlyFault{number.begin, "not supported yet: so many weeks; write interval '14 days'"};
    grammatical_.replace(begin, room, text + std::string(room - text.size(), ' '));
  }

  void read_qualify(std::size_t i) {
    const std::size_t end = clause_end(i + 1);
    if (end == i + 1)
      throw FriendlyFault{tokens_[i].begin, "a condition is expected behind QUALIFY, found none"};
    syntax_.qualify.push_back({tokens_[selects_.back()].begin, tokens_[i].begin, select_of(i, i + 1, end)});
    blank(i, end);
  }

  // * EXCLUDE (a, b) REPLACE (x + 1 AS x); EXCLUDE a.
  void read_star(std::size_t star) {
    std::size_t i = star + 1;
    if (words_[i] == "exclude" && i + 1 < words_.size()) {
      const std::size_t end = words_[i + 1] == "(" ? behind_bracket(i + 1) : i + 2;
      for (std::size_t k = i + 1; k < end; ++k) {
        const std::string& word = words_[k];
        if (word == "(" || word == ")" || word == ",") continue;
        if (std::isalpha(static_cast<unsigned char>(word[0])) == 0 && word[0] != '"' && word[0] != '_')
          throw FriendlyFault{tokens_[k].begin, "a column's name is expected in EXCLUDE"};
        std::string name(text_.substr(tokens_[k].begin, tokens_[k].end - tokens_[k].begin));
        if (name.front() == '"') name = name.substr(1, name.size() - 2);
        syntax_.exclude.push_back({tokens_[star].begin, std::move(name), tokens_[k].begin});
      }
      blank(i, end);
      i = end;
    }
    if (i + 1 < words_.size() && words_[i] == "replace" && words_[i + 1] == "(") {
      const std::size_t end = behind_bracket(i + 1);
      syntax_.replace.push_back({tokens_[star].begin, tokens_[i].begin, select_of(i, i + 2, end - 1)});
      blank(i, end);
    }
  }

  std::size_t behind_bracket(std::size_t i) const {
    std::size_t depth = 0;
    for (std::size_t k = i; k < words_.size(); ++k) {
      if (words_[k] == "(") ++depth;
      if (words_[k] == ")" && --depth == 0) return k + 1;
    }
    throw FriendlyFault{tokens_[i].begin, "a bracket is not closed"};
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::string& grammatical_;
  std::vector<std::string> words_;
  std::vector<std::size_t> brackets_;  // how many SELECTs were open before each
  std::vector<std::size_t> selects_;   // the tokens of the open ones
  FriendlySyntax syntax_;
};

}  // namespace

FriendlySyntax take_friendly_syntax(std::string_view text, const std::vector<Token>& tokens,
                                    std::string& grammatical) {
  return Reader(text, tokens, grammatical).read();
}

}  // namespace treadle::sql

#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sql/parse_tree.h"
#include "treadle/scalar.h"

namespace treadle::sql {

/// The arguments of a table's function: values by their places, then options by name, as in
/// read_csv(['a.csv', 'b.csv'], delim = ';', types = {'id': 'VARCHAR'}). Every fault is a ParseError that
/// names the option.
class TableOptions {
 public:
  TableOptions(const ParseNode& call, const QueryText& text);

  const std::string& function() const noexcept { return function_; }
  /// The arguments without a name, each a value or a list of them.
  const std::vector<const Json*>& values() const noexcept { return values_; }
  /// The file names that the first value is: one or a list.
  std::vector<std::string> paths() const;

  /// Options. Nothing if none of the names was given; what was asked for counts as known.
  std::optional<bool> flag(std::initializer_list<const char*> names);
  std::optional<std::string> text_of(std::initializer_list<const char*> names);
  std::optional<std::int64_t> number(std::initializer_list<const char*> names);
  /// One text or a list of them.
  std::optional<std::vector<std::string>> texts(std::initializer_list<const char*> names);
  /// {'name': 'text', ...} in its order.
  std::optional<std::vector<std::pair<std::string, std::string>>> pairs(
      std::initializer_list<const char*> names);
  /// Options that are taken and change nothing.
  void ignore(std::initializer_list<const char*> names);
  /// Throws for the first option that nothing asked for, with the nearest that is known.
  void check_all_known() const;

  /// The literal in a tree; throws if it is none.
  Scalar literal_of(const Json& tree, const std::string& expected) const;
  [[noreturn]] void fail(const Json& tree, const std::string& message) const;

 private:
  const Json* take(std::initializer_list<const char*> names);
  std::string text_in(const Json& tree) const;
  std::vector<std::string> texts_in(const Json& tree) const;

  const QueryText& text_;
  std::string function_;
  std::vector<const Json*> values_;
  std::map<std::string, const Json*> options_;
  std::vector<std::string> known_;
};

}  // namespace treadle::sql

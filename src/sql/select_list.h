#pragma once

#include <string>
#include <vector>

#include "sql/names.h"
#include "sql/parse_tree.h"

namespace treadle::sql {

/// One column of a SELECT's result: its tree and its name, unique among all.
struct Target {
  Json node;
  std::string name;
};

/// The SELECT list with * spelled out; no name is among `taken`.
std::vector<Target> read_targets(const ParseNode& select, const QueryText& text, const Names& input,
                                 std::vector<std::string> taken = {});
/// Whether the targets are the input's columns as they are.
bool are_all_columns(const std::vector<Target>& targets, const QueryText& text, const Names& input);

/// The target that a GROUP BY or ORDER BY item means by position ("2") or, if `by_name`, by its name.
/// Throws ParseError for a position that there is not.
const Target* find_target(const ParseNode& item, const std::vector<Target>& targets, const QueryText& text,
                          bool by_name);

/// Whether an aggregate is called anywhere below.
bool contains_aggregate(const Json& node);

/// Whether a window function is called anywhere below.
bool contains_window(const Json& node);

/// `name`, or `name_1`, `name_2` ... whichever is not among `taken`.
std::string unique_name(const std::string& name, const std::vector<std::string>& taken);

}  // namespace treadle::sql

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataframe/plan/node.h"
#include "lazy/rewrite.h"

// Rules: one a file. Each is a pure function from a node to an equal, better one, or null; lazy::rewrite()
// applies them until they rest. A rule never looks below a node that others consume, too: its work would be
// done twice.
namespace treadle::dataframe {

/// Constants are computed, `x & true` becomes x, a filter by true goes.
lazy::NodePtr simplify_expressions(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Filter over Filter: one filter by both.
lazy::NodePtr merge_filters(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Filter below Project, Sort, (by keys) Aggregate, Union and Join, part by part.
lazy::NodePtr push_filter_down(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// What a join's condition asks of one side only: a filter of that side, where no row needs to be answered
/// with for want of a partner.
lazy::NodePtr push_join_condition_down(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// A semi or anti join by keys of an inner join's right side: of that side, whose table is then made of the
/// rows that are left. By keys of the left side it stays behind: fewer rows reach it there.
lazy::NodePtr push_semi_join_down(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Filter over Scan: the scan learns what it may skip; the filter stays.
lazy::NodePtr push_filter_into_scan(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// What rows must fulfil for `predicate` to be true, as far as it is said in terms of these columns alone and
/// a source understands it.
std::vector<io::PrunePredicate> conditions_on(const ExpressionPtr& predicate, const Schema& columns);
/// Project over Project: one projection. A projection that changes nothing goes.
lazy::NodePtr merge_projections(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Head below Project, and into the inputs of a Union and the left side of a left Join; Head over Head: the
/// smaller.
lazy::NodePtr push_limit_down(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Head over Sort: only the first rows are kept while sorting.
lazy::NodePtr make_top_k(const lazy::NodePtr& node, const lazy::Consumers& consumers);
/// Filter by a row's number or rank within a group, behind the sort that puts groups together: only the first
/// rows of each group are kept while sorting.
lazy::NodePtr limit_groups(const lazy::NodePtr& node, const lazy::Consumers& consumers);

/// Columns that no consumer looks at are not read or made; of shared nodes, what any consumer looks at stays.
/// Looks at the whole plan, from the results down. The roots' own columns all stay.
std::vector<lazy::NodePtr> prune_columns(std::span<const lazy::NodePtr> roots);

/// Whether the partitions of the results are asked for, or their rows only.
enum class ResultPartitions : std::uint8_t { kUnseen, kLookedAt };

/// Rows are not cut into partitions that nobody looks at. Looks at the whole plan, from the results down.
std::vector<lazy::NodePtr> drop_cuts(std::span<const lazy::NodePtr> roots,
                                     ResultPartitions results = ResultPartitions::kUnseen);

/// Rows of one scan that are the left side of several joins, or wanted otherwise, too: each such join gets a
/// scan of its own where reading costs less than keeping them until the right side is there. Looks at the
/// whole plan; nodes of equal key are several then.
std::vector<lazy::NodePtr> split_scans(std::span<const lazy::NodePtr> roots);

/// All of the above, in their order.
std::vector<lazy::NodePtr> optimize(std::span<const lazy::NodePtr> roots,
                                    ResultPartitions results = ResultPartitions::kUnseen);

}  // namespace treadle::dataframe

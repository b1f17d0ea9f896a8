#include <array>

#include "dataframe/rules/rules.h"

namespace treadle::dataframe {

std::vector<lazy::NodePtr> optimize(std::span<const lazy::NodePtr> roots, ResultPartitions results) {
  static constexpr std::array kRules = {
      lazy::Rule{"simplify expressions", simplify_expressions},
      lazy::Rule{"merge filters", merge_filters},
      lazy::Rule{"push filter down", push_filter_down},
      lazy::Rule{"push join condition down", push_join_condition_down},
      lazy::Rule{"push semi join down", push_semi_join_down},
      lazy::Rule{"merge projections", merge_projections},
      lazy::Rule{"push limit down", push_limit_down},
      lazy::Rule{"make top k", make_top_k},
      lazy::Rule{"limit groups", limit_groups},
  };
  // Filters move freely before they tell the scan: a scan that knows predicates differs from one that does
  // not.
  static constexpr std::array kScanRules = {
      lazy::Rule{"push filter into scan", push_filter_into_scan},
      lazy::Rule{"merge projections", merge_projections},
  };
  std::vector<lazy::NodePtr> plan = lazy::rewrite(drop_cuts(lazy::share_equal(roots), results), kRules);
  plan = prune_columns(plan);
  plan = lazy::rewrite(std::move(plan), kScanRules);
  // Last, as these would be shared again. Each then reads only what its own join looks at.
  plan = prune_columns(split_scans(lazy::share_equal(plan)));
  return lazy::rewrite(std::move(plan), kScanRules);
}

}  // namespace treadle::dataframe

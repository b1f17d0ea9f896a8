#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/node.h"
#include "io/memory_source.h"
#include "lazy/node.h"
#include "treadle/data_frame.h"

// Frames without rows, for tests of plans.
namespace treadle::dataframe::test {

inline DataFrame empty_frame(std::vector<Field> fields) {
  return DataFrame(
      std::make_shared<const Scan>(io::open_memory(std::make_shared<const Schema>(std::move(fields)), {})));
}

/// a: int64, b: float64, s: utf8, small: int8, day: date.
inline DataFrame example_frame() {
  return empty_frame({{"a", TypeId::kInt64},
                      {"b", TypeId::kFloat64},
                      {"s", TypeId::kUtf8},
                      {"small", TypeId::kInt8},
                      {"day", TypeId::kDate}});
}

inline std::string plan_text(const DataFrame& frame) { return lazy::print(frame.plan()); }

/// The plan after one rule, or all rules, of `apply`.
template <class Apply>
std::string plan_text(const DataFrame& frame, Apply&& apply) {
  std::vector<lazy::NodePtr> roots = {frame.plan()};
  return lazy::print(apply(std::move(roots)));
}

}  // namespace treadle::dataframe::test

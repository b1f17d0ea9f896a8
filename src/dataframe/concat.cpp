#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/combine.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"

// concat(): frames below each other.
namespace treadle {

using dataframe::ExpressionPtr;
using dataframe::PlanPtr;

namespace {

bool has(const DataFrame& frame, const std::string& name) {
  return frame.plan()->schema()->find(name).has_value();
}

std::vector<std::string> all_names(const std::vector<DataFrame>& frames) {
  std::vector<std::string> names;
  for (const DataFrame& frame : frames) {
    for (const std::string& name : frame.plan()->schema()->names()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> common_names(const std::vector<DataFrame>& frames) {
  std::vector<std::string> names = all_names(frames);
  std::erase_if(names, [&](const std::string& name) {
    return !std::all_of(frames.begin(), frames.end(), [&](const DataFrame& one) { return has(one, name); });
  });
  return names;
}

/// The frame with these columns; null where it has none of that name.
PlanPtr with_columns_named(const DataFrame& frame, const std::vector<std::string>& names) {
  if (frame.plan()->schema()->names() == names) return frame.plan();
  std::vector<ExpressionPtr> columns;
  for (const std::string& name : names) {
    columns.push_back(has(frame, name) ? dataframe::make_column(name)
                                       : dataframe::make_alias(dataframe::make_literal(Scalar()), name));
  }
  return std::make_shared<const dataframe::Project>(frame.plan(), std::move(columns));
}

}  // namespace

DataFrame concat(const std::vector<DataFrame>& frames, const ConcatOptions& options) {
  if (frames.empty()) throw InvalidArgument("concat: expected at least one frame, found none");
  std::vector<PlanPtr> inputs;
  if (options.match == ConcatOptions::Match::kPositions) {
    for (const DataFrame& frame : frames) inputs.push_back(frame.plan());
  } else {
    const bool all = options.match == ConcatOptions::Match::kAllNames;
    const std::vector<std::string> names = all ? all_names(frames) : common_names(frames);
    for (const DataFrame& frame : frames) inputs.push_back(with_columns_named(frame, names));
  }
  return DataFrame(std::make_shared<const dataframe::Union>(std::move(inputs)));
}

}  // namespace treadle

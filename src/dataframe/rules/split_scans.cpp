#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/operators/pipe.h"
#include "dataframe/plan/combine.h"
#include "dataframe/rules/rules.h"

namespace treadle::dataframe {
namespace {

bool is_step(const lazy::NodePtr& node) {
  return node_as<Filter>(node) != nullptr || node_as<Project>(node) != nullptr;
}

/// Whether nothing is parsed.
bool is_quick_to_read(const io::Source& source) {
  return source.format() == "parquet" || source.format() == "memory";
}

/// The left rows of a join as they come from a scan through filters and projections.
class Stream {
 public:
  explicit Stream(const Join& join) {
    lazy::NodePtr at = join.inputs()[0];
    pipe_.columns = join.spec().columns_of(JoinSide::kLeft);
    for (; is_step(at); at = at->inputs()[0]) {
      nodes_.push_back(at);
      const auto* filter = node_as<Filter>(at);
      const PipeStep step =
          filter != nullptr ? PipeStep{.kind = PipeStep::Kind::kFilter, .expressions = {filter->predicate()}}
                            : PipeStep{.kind = PipeStep::Kind::kProject,
                                       .expressions = node_as<Project>(at)->expressions()};
      pipe_.steps.insert(pipe_.steps.begin(), step);
    }
    nodes_.push_back(at);
  }

  /// Whether others want these rows, too, so that they would all be kept for this join, and reading them for
  /// it alone costs less: they are not parsed, and no text is made of them.
  bool is_better_alone(const lazy::Consumers& consumers) const {
    const auto* scan = node_as<Scan>(nodes_.back());
    if (scan == nullptr || !is_quick_to_read(*scan->source())) return false;
    if (!std::ranges::any_of(nodes_, [&](const auto& node) { return consumers.shared(*node); })) return false;
    return std::ranges::all_of(pipe_.needed_columns(), [&](const std::string& name) {
      return scan->schema()->field(scan->schema()->index_of(name)).type.byte_width() > 0;
    });
  }

  /// The same nodes, of this join alone.
  lazy::NodePtr copy() const {
    const auto& scan = *node_as<Scan>(nodes_.back());
    lazy::NodePtr copied =
        std::make_shared<const Scan>(scan.source(), scan.request().columns, scan.request().prune);
    for (auto node = nodes_.rbegin() + 1; node != nodes_.rend(); ++node) {
      copied = (*node)->with_inputs({std::move(copied)});
    }
    return copied;
  }

 private:
  std::vector<lazy::NodePtr> nodes_;  // from the join down to the scan
  PipeSpec pipe_;
};

}  // namespace

std::vector<lazy::NodePtr> split_scans(std::span<const lazy::NodePtr> roots) {
  const lazy::Consumers consumers(roots);
  return lazy::transform(roots, [&](lazy::NodePtr node, const lazy::NodePtr& original) {
    const auto* join = node_as<Join>(original);
    if (join == nullptr) return node;
    const Stream stream(*join);
    if (!stream.is_better_alone(consumers)) return node;
    return node->with_inputs({stream.copy(), node->inputs()[1]});
  });
}

}  // namespace treadle::dataframe

#include "dataframe/operators/convert_partials.h"

#include <algorithm>
#include <utility>

#include "dataframe/operators/aggregate_partials.h"
#include "dataframe/operators/collect_sink.h"
#include "dataframe/operators/group_set.h"

namespace treadle::dataframe {
namespace {

/// Whether the aggregate's state holds single values of its column, or none.
bool state_converts(AggregateKind kind) {
  switch (kind) {
    case AggregateKind::kCount:
    case AggregateKind::kSize:
    case AggregateKind::kMin:
    case AggregateKind::kMax:
    case AggregateKind::kFirst:
    case AggregateKind::kLast:
    case AggregateKind::kFirstValid:
    case AggregateKind::kLastValid:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool partials_convert(const AggregatePlan& plan, const columnar::SchemaPtr& narrower,
                      const columnar::SchemaPtr& wider) {
  const auto widens = [&](std::size_t column) {
    return !(narrower->field(column).type == wider->field(column).type);
  };
  for (std::size_t key = 0; key < plan.num_keys; ++key) {
    if (widens(key)) return false;
  }
  for (const AggregateSpec& spec : plan.aggregates) {
    if (spec.column && widens(*spec.column) && !state_converts(spec.kind)) return false;
  }
  return GroupSet(plan, narrower).group_bytes() == GroupSet(plan, wider).group_bytes();
}

columnar::Batch convert_groups(const columnar::Batch& partial, const AggregatePlan& plan,
                               const Schema& wider) {
  const columnar::BatchList one{partial.schema(), {partial}};
  return convert_columns(one, partial_schema(plan, wider)).batches[0];
}

std::optional<std::vector<Value>> convert_partials(const AggregatePlan& plan, std::span<const Value> slots,
                                                   const columnar::SchemaPtr& wider) {
  std::vector<Value> converted;
  for (const Value& slot : slots) {
    const auto& partials = slot.get<AggregatePartials>();
    if (!partials_convert(plan, partials.input, wider)) return std::nullopt;
    AggregatePartials now{wider, partials.fold_first, partials.repeats, false, {}};
    for (const PartialPiece& piece : partials.pieces) {
      if (piece.on_disk()) return std::nullopt;
      columnar::BatchList groups{partial_schema(plan, *wider), {}};
      for (const columnar::Batch& batch : piece.load().batches)
        groups.batches.push_back(convert_groups(batch, plan, *wider));
      now.pieces.emplace_back(std::move(groups), piece.base());
      if (piece.is_cut()) now.pieces.back().set_cut();
    }
    converted.push_back(value_of(std::move(now)));
  }
  return converted;
}

}  // namespace treadle::dataframe

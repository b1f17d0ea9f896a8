#include "dataframe/operators/group_set.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <numeric>
#include <string>

#include "columnar/selection.h"
#include "columnar/type_dispatch.h"
#include "dataframe/operators/aggregate_values.h"
#include "dataframe/operators/group_key_column.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

std::uint32_t radix_of(std::uint64_t hash, std::uint32_t num_partitions) {
  return treadle::dataframe::radix_of(hash, 0, std::bit_width(num_partitions) - 1);
}

// Where each of the partitions begins once all are put together, and where the last one ends.
std::vector<std::uint32_t> radix_begins(std::span<const std::uint64_t> hashes, std::uint32_t num_partitions) {
  std::vector<std::uint32_t> begins(num_partitions + 1);
  for (const std::uint64_t hash : hashes) ++begins[radix_of(hash, num_partitions) + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  return begins;
}

DataType input_type(const AggregateSpec& spec, const Schema& input) {
  return spec.column ? input.field(*spec.column).type : DataType();
}

bool may_stay(const AggregatePlan& plan, const Schema& input) {
  if (plan.num_keys > 2) return true;
  for (std::size_t key = 0; key < plan.num_keys; ++key) {
    if (columnar::is_text(input.field(key).type)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::unique_ptr<AggregateState>> make_aggregate_states(const AggregatePlan& plan,
                                                                   const Schema& input) {
  std::vector<std::unique_ptr<AggregateState>> states;
  for (const AggregateSpec& spec : plan.aggregates) {
    states.push_back(make_aggregate_state(spec, input_type(spec, input)));
  }
  return states;
}

columnar::SchemaPtr without_keys(const Schema& partial, std::size_t num_keys) {
  const std::vector<Field>& fields = partial.fields();
  const auto first = fields.begin() + static_cast<std::ptrdiff_t>(num_keys);
  return std::make_shared<const Schema>(std::vector<Field>(first, fields.end()));
}

Batch without_keys(const Batch& partial, std::size_t num_keys) {
  const auto first = partial.columns().begin() + static_cast<std::ptrdiff_t>(num_keys);
  return {without_keys(*partial.schema(), num_keys), {first, partial.columns().end()}, partial.num_rows()};
}

PartialPiece GroupPartial::piece(std::uint32_t partition, std::int64_t base) const {
  const std::uint32_t begin = begins[partition], end = begins[partition + 1];
  if (rows && begin != end) return {rows, begin, end, base};
  columnar::BatchList list{rows ? rows->schema : groups.schema(), {}};
  if (begin != end) list.batches.push_back(groups.slice(begin, end - begin));
  return {std::move(list), base};
}

columnar::SchemaPtr partial_schema(const AggregatePlan& plan, const Schema& input) {
  std::vector<Field> fields;
  for (std::size_t key = 0; key < plan.num_keys; ++key) {
    fields.push_back(Field{"key " + std::to_string(key), input.field(key).type});
  }
  for (const AggregateSpec& spec : plan.aggregates) {
    for (const DataType& type : make_aggregate_state(spec, input_type(spec, input))->state_types()) {
      fields.push_back(Field{"state " + std::to_string(fields.size()), type});
    }
  }
  fields.push_back(Field{"place", TypeId::kInt64});
  return std::make_shared<const Schema>(std::move(fields));
}

columnar::SchemaPtr merged_schema(const AggregatePlan& plan, const Schema& input) {
  const Schema schema = aggregate_schema(plan, input);
  std::string name = "place";
  while (schema.find(name)) name += "_";
  std::vector<Field> fields = schema.fields();
  fields.push_back(Field{name, TypeId::kInt64});
  return std::make_shared<const Schema>(std::move(fields));
}

GroupSet::GroupSet(const AggregatePlan& plan, const columnar::SchemaPtr& input)
    : plan_(plan),
      partial_schema_(partial_schema(plan, *input)),
      merged_schema_(merged_schema(plan, *input)),
      states_schema_(without_keys(*partial_schema_, plan.num_keys)),
      keys_may_stay_(may_stay(plan, *input)),
      table_(*input, plan.num_keys) {
  constexpr std::size_t kProbe = std::size_t{1} << 14;
  states_ = make_aggregate_states(plan, *input);
  std::size_t column = plan.num_keys;
  for (const auto& state : states_) {
    state_columns_.push_back(column);
    column += state->state_types().size();
    group_bytes_ += state->bytes_with(kProbe) / kProbe;
  }
}

void GroupSet::update(const Batch& rows, std::int64_t begin, std::size_t count, std::int64_t row) {
  if (count == 0) return;
  std::uint32_t ids[kBlockRows];
  const std::uint32_t known = size();
  table_.map(rows, begin, count, ids);
  for (std::size_t i = 0; places_.size() < size(); ++i) {
    if (ids[i] == places_.size()) places_.append(row + static_cast<std::int64_t>(i));
  }
  const bool grown = known != size();
  static const Column kNoColumn;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (grown) states_[i]->resize(size());
    const auto& from = plan_.aggregates[i].column;
    const Column& values = from ? rows.column(*from) : kNoColumn;
    if (plan_.num_keys == 0) {
      states_[i]->update_sole(values, begin, count, static_cast<std::uint64_t>(row));
    } else {
      states_[i]->update(values, begin, {ids, count});
    }
  }
}

void GroupSet::merge(const Batch& partial, std::int64_t begin, std::size_t count, std::int64_t base) {
  if (count == 0) return;
  std::uint32_t ids[kBlockRows];
  table_.map(partial, begin, count, ids);
  const auto* places = partial.columns().back().values_as<std::int64_t>() + begin;
  for (std::size_t i = 0; places_.size() < size(); ++i) {
    if (ids[i] == places_.size()) places_.append(base + places[i]);
  }
  const std::span<const Column> columns = partial.columns();
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i]->resize(size());
    states_[i]->merge(columns.subspan(state_columns_[i]), begin, {ids, count});
  }
}

void GroupSet::add_sole_group() {
  if (size() != 0) return;
  table_.add_sole_group();
  places_.append(0);
  for (const auto& state : states_) state->resize(1);
}

GroupPartial GroupSet::write(std::uint32_t num_partitions) {
  std::vector<std::uint32_t> order(size());
  std::iota(order.begin(), order.end(), 0U);
  GroupPartial partial{{}, std::vector<std::uint32_t>(num_partitions + 1)};
  if (num_partitions == 1 || plan_.num_keys == 0) {
    std::fill(partial.begins.begin() + 1, partial.begins.end(), size());
  } else {
    std::vector<std::uint64_t> hashes(size());
    table_.hash(order, hashes.data());
    partial.begins = radix_begins(hashes, num_partitions);
    std::vector<std::uint32_t> next = partial.begins;
    for (std::uint32_t group = 0; group < size(); ++group)
      order[next[radix_of(hashes[group], num_partitions)]++] = group;
  }
  std::vector<Column> columns = table_.keys(order);
  for (const auto& state : states_) {
    if (plan_.num_keys == 0) state->settle();
    state->write(order, columns);
  }
  columns.push_back(
      make_column<std::int64_t>(TypeId::kInt64, order, [&](std::uint32_t group) { return places_[group]; }));
  partial.groups = Batch(partial_schema_, std::move(columns), size());
  return partial;
}

GroupPartial GroupSet::write_rows(const Batch& rows, std::uint32_t num_partitions, std::int64_t row,
                                  bool keys_stay) {
  const std::vector<std::uint64_t> hashes = table_.hash_rows(rows);
  GroupPartial partial{{}, radix_begins(hashes, num_partitions)};
  // Where each row comes to lie.
  std::vector<std::uint32_t> to(hashes.size());
  std::vector<std::uint32_t> next = partial.begins;
  for (std::size_t i = 0; i < hashes.size(); ++i) to[i] = next[radix_of(hashes[i], num_partitions)]++;
  std::vector<Column> states = states_of_rows(rows, to, row);
  if (keys_stay) {
    auto kept = std::make_shared<UngroupedRows>();
    std::vector<Column> keys;
    for (std::size_t key = 0; key < plan_.num_keys; ++key) keys.push_back(kept_key(rows.column(key)));
    kept->schema = partial_schema_;
    kept->keys = std::make_shared<const std::vector<Column>>(std::move(keys));
    kept->states = Batch(states_schema_, std::move(states), rows.num_rows());
    BufferBuilder numbers(to.size() * sizeof(std::uint32_t)), ordered(to.size() * sizeof(std::uint64_t));
    for (std::size_t i = 0; i < to.size(); ++i) {
      numbers.as<std::uint32_t>()[to[i]] = static_cast<std::uint32_t>(i);
      ordered.as<std::uint64_t>()[to[i]] = hashes[i];
    }
    kept->rows = numbers.finish();
    kept->hashes = ordered.finish();
    partial.rows = std::move(kept);
    return partial;
  }
  std::vector<std::int64_t> order(to.size());
  for (std::size_t i = 0; i < to.size(); ++i) order[to[i]] = static_cast<std::int64_t>(i);
  std::vector<Column> columns;
  for (std::size_t key = 0; key < plan_.num_keys; ++key) {
    columns.push_back(columnar::take(in_own_buffers(rows.column(key)), order));
  }
  columns.insert(columns.end(), std::make_move_iterator(states.begin()),
                 std::make_move_iterator(states.end()));
  partial.groups = Batch(partial_schema_, std::move(columns), rows.num_rows());
  return partial;
}

// States and places of rows that are groups of their own; `to` says which number each gets.
std::vector<Column> GroupSet::states_of_rows(const Batch& rows, std::span<const std::uint32_t> to,
                                             std::int64_t row) {
  std::vector<Column> columns;
  std::vector<std::uint32_t> all(to.size());
  std::iota(all.begin(), all.end(), 0U);
  static const Column kNoColumn;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i]->resize(to.size());
    const auto& from = plan_.aggregates[i].column;
    const Column& values = from ? rows.column(*from) : kNoColumn;
    for (std::size_t begin = 0; begin < to.size(); begin += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, to.size() - begin);
      states_[i]->update(values, static_cast<std::int64_t>(begin), to.subspan(begin, count));
    }
    states_[i]->write(all, columns);
    states_[i]->clear();
  }
  BufferBuilder places(to.size() * sizeof(std::int64_t));
  for (std::size_t i = 0; i < to.size(); ++i) {
    places.as<std::int64_t>()[to[i]] = row + static_cast<std::int64_t>(i);
  }
  columns.emplace_back(DataType(TypeId::kInt64), columnar::Layout::kPlain,
                       static_cast<std::int64_t>(to.size()), nullptr, places.finish());
  return columns;
}

Batch GroupSet::finish(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), first);
  std::vector<Column> columns = table_.keys(order);
  for (const auto& state : states_) columns.push_back(state->finish(order));
  columns.push_back(
      make_column<std::int64_t>(TypeId::kInt64, order, [&](std::uint32_t group) { return places_[group]; }));
  return Batch(merged_schema_, std::move(columns), count);
}

void GroupSet::clear() {
  table_.clear();
  places_.clear();
  for (const auto& state : states_) state->clear();
}

std::size_t GroupSet::bytes_with(std::size_t more) const {
  const std::size_t num_groups = size() + more;
  std::size_t bytes = table_.bytes_with(more) + places_.bytes_with(num_groups);
  for (const auto& state : states_) bytes += state->bytes_with(num_groups);
  return bytes;
}

std::size_t GroupSet::value_bytes() const {
  std::size_t bytes = 0;
  for (const auto& state : states_) bytes += state->value_bytes();
  return bytes;
}

}  // namespace treadle::dataframe

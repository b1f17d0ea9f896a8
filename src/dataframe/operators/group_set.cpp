#include "dataframe/operators/group_set.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>

#include "columnar/selection.h"
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

// Views point into the reader's buffers, which go away; a large dictionary would be held by every piece.
Column in_own_buffers(const Column& key) {
  constexpr std::int64_t kRowsPerEntry = 16;
  const bool coded = key.layout() == columnar::Layout::kDictionary;
  const bool stays = coded ? key.dictionary()->length() * kRowsPerEntry <= key.length()
                           : key.layout() == columnar::Layout::kPlain;
  return stays ? key : key.to_plain();
}

DataType input_type(const AggregateSpec& spec, const Schema& input) {
  return spec.column ? input.field(*spec.column).type : DataType();
}

}  // namespace

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
      table_(*input, plan.num_keys) {
  constexpr std::size_t kProbe = std::size_t{1} << 14;
  std::size_t column = plan.num_keys;
  for (const AggregateSpec& spec : plan.aggregates) {
    states_.push_back(make_aggregate_state(spec, input_type(spec, *input)));
    state_columns_.push_back(column);
    column += states_.back()->state_types().size();
    group_bytes_ += states_.back()->bytes_with(kProbe) / kProbe;
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

GroupPartial GroupSet::write_rows(const Batch& rows, std::uint32_t num_partitions, std::int64_t row) {
  const std::vector<std::uint64_t> hashes = table_.hash_rows(rows);
  GroupPartial partial{{}, radix_begins(hashes, num_partitions)};
  // Where each row comes to lie, and which row lies there.
  std::vector<std::uint32_t> groups(hashes.size());
  std::vector<std::int64_t> order(hashes.size());
  std::vector<std::uint32_t> next = partial.begins;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    groups[i] = next[radix_of(hashes[i], num_partitions)]++;
    order[groups[i]] = static_cast<std::int64_t>(i);
  }
  std::vector<Column> columns;
  for (std::size_t key = 0; key < plan_.num_keys; ++key) {
    columns.push_back(columnar::take(in_own_buffers(rows.column(key)), order));
  }
  std::vector<std::uint32_t> all(hashes.size());
  std::iota(all.begin(), all.end(), 0U);
  static const Column kNoColumn;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    states_[i]->resize(hashes.size());
    const auto& from = plan_.aggregates[i].column;
    const Column& values = from ? rows.column(*from) : kNoColumn;
    for (std::size_t begin = 0; begin < groups.size(); begin += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, groups.size() - begin);
      states_[i]->update(values, static_cast<std::int64_t>(begin), {groups.data() + begin, count});
    }
    states_[i]->write(all, columns);
    states_[i]->clear();
  }
  columns.push_back(make_column<std::int64_t>(TypeId::kInt64, all,
                                              [&](std::uint32_t group) { return row + order[group]; }));
  partial.groups = Batch(partial_schema_, std::move(columns), rows.num_rows());
  return partial;
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

#include "dataframe/operators/join_probe.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "columnar/bitmap.h"
#include "columnar/selection.h"
#include "dataframe/expressions/substitute.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::SchemaPtr;

/// Pairs that are worked on at once.
constexpr std::size_t kMostPairs = std::size_t{1} << 16;

SchemaPtr schema_of(const std::vector<JoinColumn>& columns, const Schema& left, const Schema& right) {
  JoinSpec spec;
  spec.columns = columns;
  std::vector<Field> fields = join_schema(spec, left, right)->fields();
  for (Field& field : fields) field.sampled = false;
  return std::make_shared<const Schema>(std::move(fields));
}

std::vector<DataType> types_of(const std::vector<Column>& columns) {
  std::vector<DataType> types;
  for (const Column& column : columns) types.push_back(column.type());
  return types;
}

bool is_true(const columnar::Datum& datum, std::size_t row) {
  if (const auto* constant = std::get_if<Scalar>(&datum)) return *constant == Scalar(true);
  const Column& column = std::get<Column>(datum);
  const auto at = static_cast<std::int64_t>(row);
  return column.type().id() == TypeId::kBool && column.is_valid(at) &&
         columnar::get_bit(column.values()->data(), at);
}

bool all_in_order(std::span<const std::int64_t> rows, std::int64_t num_rows) {
  if (static_cast<std::int64_t>(rows.size()) != num_rows) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

}  // namespace

/// A key is brought to the right type, and back: if that changes it, nothing there equals it.
ProbeKeys::ProbeKeys(const JoinSpec& spec, const Schema& left, const std::vector<DataType>& right_types) {
  std::vector<ExpressionPtr> keys, comparable;
  for (std::size_t i = 0; i < spec.left_on.size(); ++i) {
    columns_.push_back(left.index_of(spec.left_on[i]));
    const Field& field = left.field(columns_.back());
    const DataType& type = right_types[i];
    check_key_types(field, {spec.right_on[i], type});
    keys.push_back(make_column(field.name));
    if (field.type == type || type.id() == TypeId::kNull) continue;
    const ExpressionPtr key = make_column(field.name);
    keys.back() = make_cast(key, type, false);
    if (field.type.id() == TypeId::kNull) continue;
    const ExpressionPtr back = make_cast(keys.back(), field.type, false);
    const ExpressionPtr same = make_call("equal", {back, key});
    comparable.push_back(make_call("fill_null", {same, make_literal(Scalar(false))}));
    comparable.back() = make_call("or", {make_call("is_null", {key}), comparable.back()});
  }
  const bool plain = std::all_of(keys.begin(), keys.end(), [](const ExpressionPtr& key) {
    return key->as<ColumnReference>() != nullptr;
  });
  if (plain) return;
  if (!comparable.empty()) keys.push_back(conjunction(comparable));
  converted_.emplace(keys, left);
}

ProbeKeys::Keys ProbeKeys::of(const Batch& morsel) const {
  Keys keys;
  if (!converted_) {
    for (const std::size_t column : columns_) keys.columns.push_back(morsel.column(column));
    return keys;
  }
  for (const columnar::Datum& datum : converted_->evaluate(morsel)) {
    keys.columns.push_back(to_column(datum, morsel.num_rows()));
  }
  if (keys.columns.size() > columns_.size()) {
    keys.comparable = std::move(keys.columns.back());
    keys.columns.pop_back();
  }
  return keys;
}

JoinProbe::JoinProbe(const JoinSpec& spec, const Schema& left, std::shared_ptr<const JoinTable> table,
                     const std::set<std::string>* wanted)
    : kind_(spec.kind), table_(std::move(table)), keys_(spec, left, types_of(table_->rows().keys())) {
  const Schema& right = *table_->rows().schema();
  std::vector<JoinColumn> columns = spec.columns;
  if (wanted) std::erase_if(columns, [&](const JoinColumn& one) { return !wanted->contains(one.name); });
  places_ = places(columns, left);
  schema_ = schema_of(columns, left, right);
  if (!spec.condition) return;
  condition_places_ = places(spec.condition_columns, left);
  condition_schema_ = schema_of(spec.condition_columns, left, right);
  const ExpressionPtr condition[] = {spec.condition};
  condition_.emplace(condition, *condition_schema_);
}

std::vector<JoinProbe::Place> JoinProbe::places(const std::vector<JoinColumn>& columns,
                                                const Schema& left) const {
  const Schema& right = *table_->rows().schema();
  std::vector<Place> places;
  for (const JoinColumn& column : columns) {
    const Schema& side = column.side == JoinSide::kLeft ? left : right;
    places.push_back({column.side, side.index_of(column.column)});
  }
  return places;
}

/// For each row the place of the first partner by key, or kNone.
std::vector<std::uint32_t> JoinProbe::look_up(const Batch& morsel) const {
  const ProbeKeys::Keys keys = keys_.of(morsel);
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(morsel.num_rows()));
  table_->find(keys.columns, 0, rows.size(), rows.data());
  if (keys.comparable) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!is_true(*keys.comparable, i)) rows[i] = JoinTable::kNone;
    }
  }
  return rows;
}

Batch JoinProbe::make(const Batch& morsel, const std::vector<Place>& places, const SchemaPtr& schema,
                      std::span<const std::int64_t> left_rows,
                      std::span<const std::int64_t> right_rows) const {
  const bool all_left = all_in_order(left_rows, morsel.num_rows());
  std::vector<std::size_t> of_right;
  for (const Place& place : places) {
    if (place.side == JoinSide::kRight) of_right.push_back(place.column);
  }
  const std::vector<Column> taken = table_->rows().take(of_right, right_rows);
  auto right = taken.begin();
  std::vector<Column> columns;
  columns.reserve(places.size());
  for (const Place& place : places) {
    if (place.side == JoinSide::kRight) {
      columns.push_back(*right++);
    } else {
      const Column& column = morsel.column(place.column);
      columns.push_back(all_left ? column : columnar::take(column, left_rows));
    }
  }
  return {schema, std::move(columns), static_cast<std::int64_t>(left_rows.size())};
}

/// Of a semi or anti join: the rows that are kept.
Batch JoinProbe::select_rows(const Batch& morsel, const std::vector<std::uint32_t>& first) const {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if ((first[i] != JoinTable::kNone) == (kind_ == JoinKind::kSemi)) {
      rows.push_back(static_cast<std::int64_t>(i));
    }
  }
  return make(morsel, places_, schema_, rows, {});
}

/// The pairs of a morsel, in order, some at a time.
class JoinProbe::Pairs {
 public:
  Pairs(const JoinProbe& probe, const Batch& morsel, std::vector<std::uint32_t> first,
        const std::function<bool(const Batch&)>& emit)
      : probe_(probe), morsel_(morsel), first_(std::move(first)), emit_(emit) {
    if (selects()) kept_.assign(first_.size(), JoinTable::kNone);
  }

  void run() {
    if (!(probe_.table_->keys_are_unique() ? gather_single() : gather())) return;
    if (selects()) emit_(probe_.select_rows(morsel_, kept_));
  }

 private:
  bool selects() const { return probe_.kind_ == JoinKind::kSemi || probe_.kind_ == JoinKind::kAnti; }

  /// False: no more is wanted.
  bool gather() {
    for (std::size_t row = 0; row < first_.size(); ++row) {
      for (std::uint32_t place = first_[row]; place != JoinTable::kNone; place = probe_.table_->next(place)) {
        left_rows_.push_back(static_cast<std::int64_t>(row));
        right_rows_.push_back(probe_.table_->row_at(place));
        // The row may have more pairs: whether it stays without a partner is not known yet.
        if (left_rows_.size() >= kMostPairs && !flush(row)) return false;
      }
    }
    return flush(first_.size());
  }

  /// The same where no row has two: each is written without a look at whether it has one, which no branch is
  /// mispredicted for.
  bool gather_single() {
    for (std::size_t begin = 0; begin < first_.size(); begin += kMostPairs) {
      const std::size_t end = std::min(first_.size(), begin + kMostPairs);
      const auto from = first_.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto none = std::count(from, first_.begin() + static_cast<std::ptrdiff_t>(end), JoinTable::kNone);
      const std::size_t pairs = end - begin - static_cast<std::size_t>(none);
      left_rows_.resize(pairs + 1);
      right_rows_.resize(pairs + 1);
      std::size_t pair = 0;
      for (std::size_t row = begin; row < end; ++row) {
        left_rows_[pair] = static_cast<std::int64_t>(row);
        right_rows_[pair] = first_[row];
        pair += first_[row] != JoinTable::kNone ? 1 : 0;
      }
      left_rows_.resize(pairs);
      right_rows_.resize(pairs);
      if (!flush(end)) return false;
    }
    return true;
  }

  /// Deals with the pairs that were gathered; rows before `complete` have no more. False: no more is wanted.
  bool flush(std::size_t complete) {
    if (probe_.condition_) drop_false();
    if (selects()) {
      for (const std::int64_t row : left_rows_) kept_[static_cast<std::size_t>(row)] = 0;
    } else {
      if (probe_.kind_ == JoinKind::kLeft) add_without_partner(complete);
      const bool any = !left_rows_.empty();
      if (any && !emit_(probe_.make(morsel_, probe_.places_, probe_.schema_, left_rows_, right_rows_))) {
        return false;
      }
    }
    left_rows_.clear();
    right_rows_.clear();
    return true;
  }

  void drop_false() {
    const Batch pairs =
        probe_.make(morsel_, probe_.condition_places_, probe_.condition_schema_, left_rows_, right_rows_);
    const columnar::Datum mask = probe_.condition_->evaluate(pairs)[0];
    std::size_t kept = 0;
    for (std::size_t i = 0; i < left_rows_.size(); ++i) {
      if (!is_true(mask, i)) continue;
      left_rows_[kept] = left_rows_[i];
      right_rows_[kept++] = right_rows_[i];
    }
    left_rows_.resize(kept);
    right_rows_.resize(kept);
  }

  /// Each row before `complete` that has no pair gets one with nothing. `partnered_`: whether the first row
  /// that is looked at had one in an earlier flush.
  void add_without_partner(std::size_t complete) {
    std::vector<std::int64_t> left, right;
    std::size_t at = 0;
    for (; next_row_ < complete; ++next_row_) {
      const auto row = static_cast<std::int64_t>(next_row_);
      for (; at < left_rows_.size() && left_rows_[at] == row; ++at) {
        left.push_back(row);
        right.push_back(right_rows_[at]);
        partnered_ = true;
      }
      if (!std::exchange(partnered_, false)) {
        left.push_back(row);
        right.push_back(-1);
      }
    }
    for (; at < left_rows_.size(); ++at) {
      left.push_back(left_rows_[at]);
      right.push_back(right_rows_[at]);
      partnered_ = true;
    }
    left_rows_ = std::move(left);
    right_rows_ = std::move(right);
  }

  const JoinProbe& probe_;
  const Batch& morsel_;
  std::vector<std::uint32_t> first_;
  const std::function<bool(const Batch&)>& emit_;
  std::vector<std::int64_t> left_rows_;
  std::vector<std::int64_t> right_rows_;
  std::vector<std::uint32_t> kept_;  // of semi and anti joins: not kNone for rows that have a partner
  std::size_t next_row_ = 0;
  bool partnered_ = false;
};

void JoinProbe::push(const Batch& morsel, const std::function<bool(const Batch&)>& emit) const {
  if (morsel.num_rows() == 0) return;
  std::vector<std::uint32_t> first = look_up(morsel);
  const bool selects = kind_ == JoinKind::kSemi || kind_ == JoinKind::kAnti;
  if (selects && !condition_) {
    const Batch kept = select_rows(morsel, first);
    if (kept.num_rows() != 0) emit(kept);
    return;
  }
  Pairs(*this, morsel, std::move(first), emit).run();
}

}  // namespace treadle::dataframe

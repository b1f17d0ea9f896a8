#include "dataframe/operators/first_of_groups.h"

#include <algorithm>
#include <utility>

#include "columnar/selection.h"
#include "dataframe/operators/group_key_column.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

constexpr std::uint64_t kNone = UINT64_MAX;
// So many ranks to remember are too many: hardly a row of a strip is left out for them.
constexpr std::int64_t kMostRanks = std::int64_t{1} << 21;
// After so many rows, and each time as many later, at least a quarter must have been left out.
constexpr std::int64_t kLook = std::int64_t{1} << 20;
constexpr std::int64_t kLeastShare = 4;
// One part in so many of all memory stays free for those who read on.
constexpr std::size_t kReadersShare = 3;

columnar::SchemaPtr schema_of_group(const SortPlan& plan, const Schema& schema) {
  std::vector<Field> fields;
  for (std::size_t key = 0; key < plan.of_groups->num_keys; ++key) {
    fields.push_back(Field{"key " + std::to_string(key), schema.field(plan.keys[key].column).type});
  }
  return std::make_shared<const Schema>(std::move(fields));
}

Batch group_keys(const Batch& rows, const SortPlan& plan, const columnar::SchemaPtr& schema) {
  std::vector<columnar::Column> columns;
  for (std::size_t key = 0; key < plan.of_groups->num_keys; ++key)
    columns.push_back(rows.column(plan.keys[key].column));
  return {schema, std::move(columns), rows.num_rows()};
}

}  // namespace

FirstOfGroups::FirstOfGroups(const SortPlan& plan, const columnar::SchemaPtr& schema, Reservation memory)
    : plan_(plan),
      group_schema_(schema_of_group(plan, *schema)),
      count_(static_cast<std::size_t>(plan.of_groups->count)),
      decide_(plan.keys.size() <= plan.of_groups->num_keys + 1 && !plan.of_groups->with_equals),
      table_(*group_schema_, plan.of_groups->num_keys),
      memory_(std::move(memory)) {}

Batch FirstOfGroups::keep(const Batch& rows) {
  if (!pays_ || rows.num_rows() == 0) return rows;
  const std::size_t by = plan_.of_groups->num_keys;
  columnar::SortRanks order{std::vector<std::uint64_t>(static_cast<std::size_t>(rows.num_rows())), true};
  if (by < plan_.keys.size())
    order = columnar::sort_ranks(rows.column(plan_.keys[by].column), plan_.keys[by]);
  decide_ &= order.decide;
  const Batch keys = group_keys(rows, plan_, group_schema_);
  std::vector<std::int64_t> kept;
  const auto length = static_cast<std::size_t>(rows.num_rows());
  std::size_t begin = 0;
  for (; begin < length && pays_; begin += std::min(kBlockRows, length - begin)) {
    const std::size_t count = std::min(kBlockRows, length - begin);
    if (!make_room(count)) {
      stop();
      break;
    }
    keep_block(keys, order.ranks.data(), static_cast<std::int64_t>(begin), count, kept);
  }
  left_ += static_cast<std::int64_t>(begin - kept.size());
  for (; begin < length; ++begin) kept.push_back(static_cast<std::int64_t>(begin));
  if (pays_) check_pays();
  return kept.size() == length ? rows : columnar::take(rows, kept);
}

void FirstOfGroups::keep_block(const Batch& keys, const std::uint64_t* ranks, std::int64_t begin,
                               std::size_t count, std::vector<std::int64_t>& kept) {
  std::uint32_t ids[kBlockRows];
  table_.map(keys, begin, count, ids);
  best_.resize(table_.size() * count_, kNone);
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&best_[ids[i] * count_]);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t rank = ranks[begin + static_cast<std::int64_t>(i)];
    std::uint64_t* best = &best_[ids[i] * count_];
    const std::uint64_t worst = best[count_ - 1];
    if (rank > worst || (rank == worst && worst != kNone && decide_)) continue;
    if (rank < worst) remember(best, rank);
    kept.push_back(begin + static_cast<std::int64_t>(i));
    groups_.push_back(ids[i]);
    ranks_.push_back(rank);
  }
  seen_ += static_cast<std::int64_t>(count);
}

/// In the place of the worst.
void FirstOfGroups::remember(std::uint64_t* best, std::uint64_t rank) const {
  std::size_t at = count_ - 1;
  for (; at > 0 && best[at - 1] > rank; --at) best[at] = best[at - 1];
  best[at] = rank;
}

std::vector<Batch> FirstOfGroups::keep_again(std::vector<Batch> kept) {
  if (!pays_) return kept;
  std::size_t next = 0;
  for (Batch& rows : kept) {
    std::vector<std::int64_t> still;
    for (std::int64_t row = 0; row < rows.num_rows(); ++row, ++next) {
      if (ranks_[next] <= best_[groups_[next] * count_ + count_ - 1]) still.push_back(row);
    }
    const auto fewer = rows.num_rows() - static_cast<std::int64_t>(still.size());
    left_ += fewer;
    if (fewer != 0) rows = columnar::take(rows, still);
  }
  groups_.erase(groups_.begin(), groups_.begin() + static_cast<std::ptrdiff_t>(next));
  ranks_.erase(ranks_.begin(), ranks_.begin() + static_cast<std::ptrdiff_t>(next));
  return kept;
}

bool FirstOfGroups::make_room(std::size_t more) {
  const std::size_t needed = table_.bytes_with(more) + best_.bytes_with((table_.size() + more) * count_) +
                             2 * (groups_.size() + more) * (sizeof(std::uint32_t) + sizeof(std::uint64_t));
  if (needed <= memory_.bytes()) return true;
  return memory_.try_grow_leaving(needed - memory_.bytes(), memory_.limit() / kReadersShare);
}

void FirstOfGroups::check_pays() {
  if (seen_ < next_look_) return;
  const std::int64_t repeated = seen_ - table_.size(), most = kMostRanks / static_cast<std::int64_t>(count_);
  // Of n rows drawn from k groups, n * n / 2k have a group that came before.
  const bool too_many = next_look_ < kLook && seen_ * seen_ > 2 * most * repeated;
  if (too_many || (next_look_ >= kLook && left_ < seen_ / kLeastShare)) return stop();
  next_look_ = next_look_ < kLook ? kLook : next_look_ + kLook;
}

void FirstOfGroups::stop() {
  pays_ = false;
  table_.clear();
  best_ = {};
  groups_ = {};
  ranks_ = {};
  memory_ = Reservation();
}

}  // namespace treadle::dataframe

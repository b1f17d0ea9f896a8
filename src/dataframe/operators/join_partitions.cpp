#include "dataframe/operators/join_partitions.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "columnar/builder.h"
#include "columnar/selection.h"
#include "dataframe/operators/group_hash.h"
#include "dataframe/operators/join_probe.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/sorted_pieces.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

/// Bits of the hash by which rows are dealt at once.
constexpr int kDealBits = 4;
constexpr std::size_t kParts = std::size_t{1} << kDealBits;
/// Behind so many bits rows are not dealt again: their keys are equal, or might as well be.
constexpr int kMostBits = 24;
/// The name of the column with the place of a left row; no column that a user names begins so.
constexpr const char* kPlace = "\x01place";

columnar::SchemaPtr with_place(const Schema& schema) {
  std::vector<Field> fields = schema.fields();
  fields.push_back({kPlace, TypeId::kInt64});
  return std::make_shared<const Schema>(std::move(fields));
}

Batch with_places(const Batch& batch, const columnar::SchemaPtr& schema, std::int64_t first) {
  columnar::FixedBuilder<std::int64_t> places;
  places.reserve(batch.num_rows());
  for (std::int64_t row = 0; row < batch.num_rows(); ++row) places.append(first + row);
  std::vector<Column> columns = batch.columns();
  columns.push_back(places.finish(TypeId::kInt64));
  return {schema, std::move(columns), batch.num_rows()};
}

std::vector<std::size_t> positions(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) columns.push_back(schema.index_of(name));
  return columns;
}

/// What a table of these rows takes at most.
std::size_t table_bytes(std::span<const StoredBatch> rows) {
  return 2 * count_bytes(rows) + JoinTable::most_bytes(count_rows(rows));
}

/// Rows of both sides whose keys' hashes have their lowest `bits` in common.
struct Partition {
  std::vector<StoredBatch> left;
  std::vector<StoredBatch> right;
  int bits = 0;
};

/// What became of partitions: runs of pairs in the order of their left rows, and how many there are of each
/// of the left side's strips.
struct Joined {
  std::vector<RowStore> runs;
  std::vector<std::int64_t> counts;
};

class PartitionedJoin {
 public:
  PartitionedJoin(const JoinSpec& spec, const columnar::SchemaPtr& left, columnar::SchemaPtr right,
                  const StripIndex& strips, TaskContext& context)
      : spec_(spec), left_(with_place(*left)), right_(std::move(right)), strips_(strips), context_(context) {
    spec_.columns.push_back({JoinSide::kLeft, kPlace, kPlace});
    right_keys_ = positions(*right_, spec_.right_on);
    for (const std::size_t column : right_keys_) key_types_.push_back(right_->field(column).type);
    probe_keys_.emplace(spec_, *left_, key_types_);
    spill_bytes_ = free_bytes(context);
  }

  /// Deals both sides; the left one gets places.
  std::array<Partition, kParts> deal(const JoinInput& left, const JoinInput& right) {
    std::int64_t place = 0;
    const auto placed = [&](const Batch& batch) {
      const Batch rows = with_places(batch, left_, place);
      place += batch.num_rows();
      return rows;
    };
    std::array<Partition, kParts> parts;
    deal_side(left.batches, JoinSide::kLeft, 0, parts, placed);
    deal_side(right.batches, JoinSide::kRight, 0, parts, [](const Batch& batch) { return batch; });
    return parts;
  }

  void join(const Partition& partition, Joined& joined, Reservation& memory) {
    if (partition.left.empty()) return;
    const std::size_t had = memory.bytes();
    std::size_t wanted = 0;
    const auto take = [&](std::size_t more) {
      wanted += more;
      return wanted <= memory.bytes() || memory.try_grow(wanted - memory.bytes());
    };
    if (const auto table = make_table(spec_, {right_, partition.right}, take, context_)) {
      probe(spec_, table, partition.left, joined);
      return memory.shrink(memory.bytes());
    }
    memory.shrink(memory.bytes() - had);
    if (partition.bits < kMostBits && !partition.right.empty() && !spec_.right_on.empty()) {
      return split(partition, joined, memory);
    }
    join_in_blocks(partition, joined, memory);
  }

  Value merge(std::vector<RowStore>& runs) {
    bool any_spilled = false;
    for (const RowStore& run : runs) any_spilled |= run.any_spilled();
    std::vector<StoredRun> stored;
    for (RowStore& run : runs) {
      if (any_spilled) run.spill(context_);
      stored.push_back(run_of(run));
    }
    const columnar::SchemaPtr with = output_schema();
    std::vector<Field> fields = with->fields();
    fields.pop_back();
    const auto schema = std::make_shared<const Schema>(std::move(fields));
    if (any_spilled) return merge_stored(std::move(stored), by_place(), schema, target_, context_);
    RowStore all(schema, target_, spill_bytes_ / 2, context_);
    merge_into(all, std::move(stored), by_place(), target_, context_);
    return all.finish(context_);
  }

 private:
  /// By the last column, the place of each left row.
  SortPlan by_place() const { return {{{spec_.columns.size() - 1}}, {}}; }

  columnar::SchemaPtr output_schema() const {
    std::vector<Field> fields = join_schema(spec_, *left_, *right_)->fields();
    for (Field& field : fields) field.sampled = false;
    return std::make_shared<const Schema>(std::move(fields));
  }

  template <class Prepare>
  void deal_side(const std::vector<StoredBatch>& batches, JoinSide side, int bits,
                 std::array<Partition, kParts>& parts, Prepare&& prepare) {
    const columnar::SchemaPtr& schema = side == JoinSide::kLeft ? left_ : right_;
    std::vector<RowStore> stores;
    for (std::size_t i = 0; i < kParts; ++i) {
      stores.emplace_back(schema, target_, RowStore::kNothingStays, context_);
    }
    Reservation memory = context_.reserve("join", 0);
    // Rows are brought together until a part's are worth a block.
    std::array<std::vector<Batch>, kParts> waiting;
    std::size_t waiting_bytes = 0;
    const std::size_t most =
        std::clamp<std::size_t>(spill_bytes_ / 16, std::size_t{64} << 10, std::size_t{16} << 20);
    const auto write = [&] {
      for (std::size_t part = 0; part < kParts; ++part) {
        if (!waiting[part].empty()) stores[part].add(columnar::concatenate(waiting[part]), context_);
        waiting[part].clear();
      }
      waiting_bytes = 0;
      memory.shrink(memory.bytes());
    };
    for (const StoredBatch& stored : batches) {
      const Batch rows = prepare(stored.load());
      const std::size_t bytes = 2 * slice_bytes(rows);
      if (!memory.try_grow(bytes)) memory.grow_anyway(bytes);
      deal_rows(rows, side, bits, waiting);
      waiting_bytes += slice_bytes(rows);
      if (waiting_bytes >= most) write();
    }
    write();
    for (std::size_t part = 0; part < kParts; ++part) {
      (side == JoinSide::kLeft ? parts[part].left : parts[part].right) = stores[part].batches();
      parts[part].bits = bits + kDealBits;
    }
  }

  void deal_rows(const Batch& rows, JoinSide side, int bits, std::array<std::vector<Batch>, kParts>& to) {
    std::vector<Column> keys;
    if (side == JoinSide::kLeft) {
      keys = probe_keys_->of(rows).columns;
    } else {
      for (const std::size_t column : right_keys_) keys.push_back(rows.column(column));
    }
    const auto count = static_cast<std::size_t>(rows.num_rows());
    std::vector<std::uint64_t> words(count);
    std::vector<KeyState> states(count);
    const JoinKeys words_of(key_types_, spec_.nulls_equal);
    words_of.words(keys, 0, count, words.data(), states.data());
    std::array<std::vector<std::int64_t>, kParts> numbers;
    for (std::size_t row = 0; row < count; ++row) {
      // What lies under a null means nothing; rows without a partner may lie anywhere.
      const std::uint64_t hash = states[row] == KeyState::kWord ? hash_word(words[row]) : 0;
      numbers[hash >> bits & (kParts - 1)].push_back(static_cast<std::int64_t>(row));
    }
    for (std::size_t part = 0; part < kParts; ++part) {
      if (!numbers[part].empty()) to[part].push_back(columnar::take(rows, numbers[part]));
    }
  }

  void split(const Partition& partition, Joined& joined, Reservation& memory) {
    const auto as_it_is = [](const Batch& batch) { return batch; };
    std::array<Partition, kParts> parts;
    deal_side(partition.right, JoinSide::kRight, partition.bits, parts, as_it_is);
    const std::int64_t total = count_rows(partition.right);
    const bool one_key = std::any_of(parts.begin(), parts.end(),
                                     [&](const Partition& part) { return count_rows(part.right) == total; });
    // All rows fell into one part: more bits will hardly part them.
    if (one_key && partition.bits + kDealBits >= kMostBits / 2)
      return join_in_blocks(partition, joined, memory);
    deal_side(partition.left, JoinSide::kLeft, partition.bits, parts, as_it_is);
    for (const Partition& part : parts) join(part, joined, memory);
  }

  /// Takes in what becomes of left rows, in their order.
  class RunOfPairs {
   public:
    RunOfPairs(PartitionedJoin& join, const JoinProbe& probe, Joined& joined)
        : join_(join), probe_(probe), joined_(joined) {
      joined_.runs.emplace_back(probe.schema(), join.target_, join.spill_bytes_ / 2, join.context_);
      joined_.runs.back().sample(join.by_place().keys);
    }
    void push(const Batch& left) {
      probe_.push(left, [&](const Batch& rows) {
        join_.strips_.count(rows.columns().back(), joined_.counts);
        joined_.runs.back().add(rows, join_.context_);
        return true;
      });
    }

   private:
    PartitionedJoin& join_;
    const JoinProbe& probe_;
    Joined& joined_;
  };

  void probe(const JoinSpec& spec, const std::shared_ptr<const JoinTable>& table,
             const std::vector<StoredBatch>& left, Joined& joined) {
    const JoinProbe probe(spec, *left_, table);
    RunOfPairs run(*this, probe, joined);
    for (const StoredBatch& stored : left) run.push(stored.load());
  }

  /// Looks at as many right rows at a time as fit memory. A left row has partners if it has any in some
  /// block.
  void join_in_blocks(const Partition& partition, Joined& joined, Reservation& memory) {
    std::vector<std::uint8_t> partnered(static_cast<std::size_t>(count_rows(partition.left)));
    JoinSpec pairs = spec_;
    pairs.kind = JoinKind::kInner;
    const bool selects = spec_.kind == JoinKind::kSemi || spec_.kind == JoinKind::kAnti;
    for (std::size_t first = 0; first < partition.right.size();) {
      std::vector<StoredBatch> block;
      do {
        block.push_back(partition.right[first++]);
        const std::size_t bytes = table_bytes(block), had = memory.bytes();
        if (bytes > had && !memory.try_grow(bytes - had)) {
          if (block.size() > 1) {
            block.pop_back();
            --first;
            break;
          }
          memory.grow_anyway(bytes - had);
        }
      } while (first < partition.right.size());
      const auto taken = [](std::size_t) { return true; };
      const auto table = make_table(spec_, {right_, block}, taken, context_);
      if (!selects) probe(pairs, table, partition.left, joined);
      if (spec_.kind != JoinKind::kInner) mark(table, partition.left, partnered);
      memory.shrink(memory.bytes());
    }
    if (spec_.kind != JoinKind::kInner) rest(partition.left, partnered, joined);
  }

  /// Marks the left rows that have a partner in the table.
  void mark(const std::shared_ptr<const JoinTable>& table, const std::vector<StoredBatch>& left,
            std::vector<std::uint8_t>& partnered) {
    JoinSpec semi = spec_;
    semi.kind = JoinKind::kSemi;
    semi.columns = {{JoinSide::kLeft, kPlace, kPlace}};
    const JoinProbe probe(semi, *left_, table);
    std::size_t row = 0;
    for (const StoredBatch& stored : left) {
      const Batch rows = stored.load();
      const auto* places = rows.column(left_->num_fields() - 1).values_as<std::int64_t>();
      const std::size_t first = row;
      row += static_cast<std::size_t>(rows.num_rows());
      probe.push(rows, [&](const Batch& found) {
        const auto* kept = found.column(0).values_as<std::int64_t>();
        // Both are in order.
        for (std::int64_t i = 0, at = 0; i < found.num_rows(); ++i) {
          while (places[at] != kept[i]) ++at;
          partnered[first + static_cast<std::size_t>(at)] = 1;
        }
        return true;
      });
    }
  }

  /// The left rows that are answered with whatever their pairs: those without a partner, or with one.
  void rest(const std::vector<StoredBatch>& left, const std::vector<std::uint8_t>& partnered,
            Joined& joined) {
    JoinSpec alone = spec_;
    if (spec_.kind == JoinKind::kSemi) alone.kind = JoinKind::kAnti;
    const auto nothing = make_table(spec_, {right_, {}}, [](std::size_t) { return true; }, context_);
    const JoinProbe probe(alone, *left_, nothing);
    RunOfPairs run(*this, probe, joined);
    std::size_t row = 0;
    for (const StoredBatch& stored : left) {
      std::vector<std::int64_t> rows;
      for (std::int64_t i = 0; i < stored.num_rows(); ++i, ++row) {
        if ((partnered[row] != 0) == (spec_.kind == JoinKind::kSemi)) rows.push_back(i);
      }
      run.push(columnar::take(stored.load(), rows));
    }
  }

  JoinSpec spec_;
  columnar::SchemaPtr left_;
  columnar::SchemaPtr right_;
  const StripIndex& strips_;
  TaskContext& context_;
  std::vector<std::size_t> right_keys_;
  std::vector<DataType> key_types_;
  std::optional<ProbeKeys> probe_keys_;
  SpillTarget target_;
  std::size_t spill_bytes_ = 0;
};

}  // namespace

namespace {

/// Partitions side by side, as far as memory has room for their tables.
class PartitionLoop final : public StripLoop {
 public:
  PartitionLoop(PartitionedJoin& join, const std::array<Partition, kParts>& parts, Joined& joined,
                std::size_t most_bytes)
      : join_(join), parts_(parts), all_(joined) {
    for (const Partition& part : parts) bytes_ = std::max(bytes_, table_bytes(part.right));
    bytes_ = std::min(bytes_, most_bytes);
  }
  std::size_t num_strips() const override { return kParts; }
  std::size_t bytes_per_strip() const override { return bytes_; }
  void run(std::size_t strip, TaskContext& context) override {
    context.check_stopped();
    join_.join(parts_[strip], joined_[strip], context.memory());
  }
  bool commit(std::size_t strip, TaskContext&) override {
    Joined part = std::move(joined_[strip]);
    std::ranges::move(part.runs, std::back_inserter(all_.runs));
    for (std::size_t i = 0; i < part.counts.size(); ++i) all_.counts[i] += part.counts[i];
    return true;
  }

 private:
  PartitionedJoin& join_;
  const std::array<Partition, kParts>& parts_;
  Joined& all_;
  std::size_t bytes_ = 0;
  std::array<Joined, kParts> joined_;
};

}  // namespace

std::shared_ptr<const JoinTable> make_table(const JoinSpec& spec, const JoinInput& right,
                                            const JoinTable::Take& take, TaskContext& context) {
  const std::vector<std::size_t> keys = positions(*right.schema, spec.right_on);
  if (!take(JoinRows::bytes_to_load(*right.schema, right.batches, keys))) return nullptr;
  return JoinTable::make(JoinRows(right.schema, right.batches, keys), spec.nulls_equal, take, context);
}

Value join_by_partitions(const JoinSpec& spec, const JoinInput& left, const JoinInput& right,
                         const StripIndex& strips, std::vector<std::int64_t>& counts, TaskContext& context) {
  PartitionedJoin join(spec, left.schema, right.schema, strips, context);
  const std::array<Partition, kParts> parts = join.deal(left, right);
  Joined joined{{}, std::vector<std::int64_t>(strips.num_strips())};
  PartitionLoop loop(join, parts, joined, free_bytes(context) / 2);
  context.run_strips(loop);
  counts = std::move(joined.counts);
  return join.merge(joined.runs);
}

}  // namespace treadle::dataframe

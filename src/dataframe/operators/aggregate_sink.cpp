#include "dataframe/operators/aggregate_sink.h"

#include <algorithm>

#include "columnar/selection.h"
#include "dataframe/operators/aggregate_plan.h"
#include "dataframe/operators/convert_partials.h"
#include "dataframe/operators/slice_bytes.h"
#include "dataframe/operators/without_views.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;

constexpr std::string_view kHolder = "aggregate";
// A strip's table stays in the second-level cache.
constexpr std::size_t kTableBytes = std::size_t{1} << 20;
// A small table of the task is covered by what it is granted in advance.
constexpr std::size_t kTaskBytes = std::size_t{1} << 18;
// Bytes of keys' text and of the states' texts and lists, which come on top.
constexpr std::size_t kKeyTextBytes = std::size_t{1} << 18;
constexpr std::size_t kValueBytes = std::size_t{1} << 19;
// What a strip's table needs, and the partial while it is written, as a rule.
constexpr std::size_t kStripBytes = 2 * kTableBytes;
constexpr std::uint32_t kLeastGroups = 1024;
// Partials of so few groups are merged at once, however many rows they come from: to keep each for itself
// costs more.
constexpr std::uint32_t kFewGroups = 4096;
// A full table that so few rows made says that grouping a strip's other rows does not make less of them.
constexpr std::int64_t kLeastRowsPerGroup = 2;
// As many keys as a strip has rows: so many distinct ones are hardly ever met twice, and need not be copied
// to be compared.
constexpr std::int64_t kManyKeys = std::int64_t{1} << 20;
// So few keys, by the share that repeated, are worth a table that leaves the second-level cache: each is met
// several times in a strip.
constexpr std::int64_t kFewKeys = std::int64_t{1} << 18;
// Rows that are not grouped are written from so many on, in pieces of so many.
constexpr std::int64_t kPassedRows = 8192;
constexpr std::size_t kPassedBytes = std::size_t{1} << 19;
constexpr std::int64_t kPieceRows = std::int64_t{1} << 15;
constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;
// Groups are kept in memory only if that leaves so much for the tables of strips under way.
constexpr std::size_t kHeadroom = std::size_t{4} << 20;
// And only if that leaves one part in so many of all memory: a strip that reads on needs some, and what it
// has written already is not taken back from it.
constexpr std::size_t kReadersShare = 3;
// What is handed over stays in memory only if that leaves so much, and half of it all, to the tasks that
// follow.
constexpr std::size_t kLeftToOthers = std::size_t{16} << 20;
constexpr int kPlaceBits = 40;

class AggregatePart final : public SinkPart {
 public:
  AggregatePart(AggregateSink& sink, TaskContext& context) : sink_(sink), table_(sink.take_table(context)) {}
  ~AggregatePart() override { release_table(); }

  // Blocks begin at multiples of kBlockRows of the strip's rows, wherever morsels are cut: what is decided
  // behind a block depends on the rows only.
  bool push(const Batch& morsel, TaskContext& context) override {
    std::int64_t begin = 0;
    while (pays_ && begin < morsel.num_rows()) {
      const auto room = static_cast<std::int64_t>(kBlockRows) - rows_ % static_cast<std::int64_t>(kBlockRows);
      const auto count = static_cast<std::size_t>(std::min(room, morsel.num_rows() - begin));
      if (!make_room(count, context)) {
        cut(context);
        break;
      }
      table().update(morsel, begin, count, rows_);
      begin += static_cast<std::int64_t>(count);
      rows_ += static_cast<std::int64_t>(count);
      if (rows_ % static_cast<std::int64_t>(kBlockRows) == 0 && full()) close(context);
      if (!pays_) break;
    }
    if (begin < morsel.num_rows()) pass(morsel.slice(begin, morsel.num_rows() - begin), context);
    return true;
  }
  void end(TaskContext& context) override {
    if (table_.groups == nullptr) return;
    at_end_ = true;
    if (table().size() != 0) close(context);
    write_passed(context);
    release_table();
  }

  std::int64_t rows() const noexcept { return rows_; }
  /// Whether merging at the commit pays: one table held all groups, and they are few, or few of the rows.
  bool merges_well() const noexcept {
    return closed_.size() == 1 && !is_large_ && (groups_ <= kFewGroups || groups_ <= rows_ / 4);
  }
  std::vector<HeldPartial>& closed() noexcept { return closed_; }

 private:
  GroupSet& table() const noexcept { return *table_.groups; }
  bool full() const {
    if (is_large_) return false;
    const bool too_many = table().size() >= kLeastGroups && table().content_bytes() >= kTableBytes;
    return too_many || table().key_text_bytes() >= kKeyTextBytes || table().value_bytes() >= kValueBytes;
  }
  // The strip's reservation covers a table within the limits; long texts and lists can need more, and so does
  // a large table. False: this one must end.
  bool make_room(std::size_t count, TaskContext& context) {
    Reservation& memory = table_.memory;
    const std::size_t needed = table().bytes_with(count), covered = kStripBytes;
    if (needed <= covered + memory.bytes()) return true;
    const std::size_t more = needed - covered - memory.bytes();
    if (is_large_) return memory.try_grow_leaving(more, memory.limit() / kReadersShare);
    if (memory.try_grow(more)) return true;
    sink_.shed(context);
    memory.grow(more);
    return true;
  }
  void close(TaskContext& context) {
    context.check_stopped();
    const std::int64_t rows = rows_ - rows_before_, repeated = rows - table().size();
    // Of n rows drawn from k keys, n * n / 2k have a key that came before.
    const auto keys_are_at_most = [&](std::int64_t keys) { return rows * rows <= 2 * keys * repeated; };
    const bool by_keys = table().value_bytes() < kValueBytes;
    if (by_keys && !at_end_ && rows < kLeastRowsPerGroup * table().size() && keys_are_at_most(kFewKeys)) {
      is_large_ = true;
      return;
    }
    groups_ += table().size();
    pays_ = rows >= kLeastRowsPerGroup * table().size();
    keys_stay_ = table().keys_may_stay() && !keys_are_at_most(kManyKeys);
    rows_before_ = rows_;
    closed_.push_back(sink_.hold(table().write(sink_.plan().num_partitions), false, context));
    closed_.back().is_cut = is_cut_;
    table().clear();
  }
  // Memory has no room for the large table: the strip's other rows are added to its groups later.
  void cut(TaskContext& context) {
    is_cut_ = true;
    at_end_ = true;
    close(context);
    pays_ = false;
    keys_stay_ = false;
  }

  // Rows whose grouping does not pay are partials as they are. Small morsels are put together first.
  void pass(const Batch& rows, TaskContext& context) {
    rows_ += rows.num_rows();
    passed_rows_ += rows.num_rows();
    passed_bytes_ += slice_bytes(rows);
    if (passed_rows_ < kPassedRows && passed_bytes_ < kPassedBytes) {
      passed_.push_back(without_views(rows));
    } else {
      passed_.push_back(rows);
      write_passed(context);
    }
  }
  void write_passed(TaskContext& context) {
    if (passed_.empty()) return;
    const Batch rows = passed_.size() == 1 ? passed_[0] : columnar::concatenate(passed_);
    const auto row_bytes = static_cast<std::int64_t>(passed_bytes_) / passed_rows_ + 1;
    const std::int64_t some = std::clamp(kPieceBytes / row_bytes, std::int64_t{kBlockRows}, kPieceRows);
    for (std::int64_t begin = 0; begin < rows.num_rows(); begin += some) {
      context.check_stopped();
      const Batch piece = rows.slice(begin, std::min(some, rows.num_rows() - begin));
      const std::int64_t place = rows_ - rows.num_rows() + begin;
      closed_.push_back(sink_.hold(table().write_rows(piece, sink_.plan().num_partitions, place, keys_stay_),
                                   true, context));
      closed_.back().is_cut = is_cut_;
    }
    groups_ += rows.num_rows();
    passed_.clear();
    passed_rows_ = 0;
    passed_bytes_ = 0;
  }
  void release_table() {
    if (table_.groups) sink_.give_back(std::move(table_));
  }

  AggregateSink& sink_;
  HeldTable table_;
  std::int64_t rows_ = 0;
  std::int64_t rows_before_ = 0;  // of tables that were closed
  std::int64_t groups_ = 0;
  std::vector<HeldPartial> closed_;
  // Whether the strip's rows are grouped. Decided when a table is full, by rows and groups only.
  bool pays_ = true;
  // Whether the table takes up the rest of the strip, however large it gets. Decided when it is full, by rows
  // and groups only.
  bool is_large_ = false;
  bool is_cut_ = false;  // ended for want of memory
  bool at_end_ = false;  // no row will be grouped any more
  // Of rows that are not grouped: whether their keys stay where they are. Decided with it.
  bool keys_stay_ = false;
  std::vector<Batch> passed_;  // rows that are not grouped and not written yet
  std::int64_t passed_rows_ = 0;
  std::size_t passed_bytes_ = 0;
};

}  // namespace

AggregateSink::AggregateSink(AggregatePlan plan, columnar::SchemaPtr input, std::size_t partition)
    : plan_(std::move(plan)),
      input_(std::move(input)),
      next_place_(static_cast<std::int64_t>(partition) << kPlaceBits) {
  // Aggregates that do not take these types must say so before a strip is read: the types may be a wrong
  // guess.
  static_cast<void>(GroupSet(plan_, input_));
}

std::unique_ptr<SinkPart> AggregateSink::begin_strip(TaskContext& context) {
  return std::make_unique<AggregatePart>(*this, context);
}

HeldTable AggregateSink::take_table(TaskContext& context) {
  {
    const std::lock_guard lock(tables_mutex_);
    if (!tables_.empty()) {
      HeldTable table = std::move(tables_.back());
      tables_.pop_back();
      return table;
    }
  }
  HeldTable table{nullptr, context.reserve(kHolder, 0)};
  table.groups = std::make_unique<GroupSet>(plan_, input_);
  return table;
}

void AggregateSink::give_back(HeldTable table) {
  table.groups->clear();
  // One that long texts or lists made large is not kept.
  if (table.groups->bytes_with(0) > kStripBytes + table.memory.bytes()) return;
  const std::lock_guard lock(tables_mutex_);
  tables_.push_back(std::move(table));
}

const std::shared_ptr<SpillFile>& AggregateSink::file(TaskContext& context) {
  const std::lock_guard lock(file_mutex_);
  if (file_ == nullptr) file_ = context.make_spill_file("aggregate");
  return file_;
}

HeldPartial AggregateSink::hold(GroupPartial partial, bool repeats, TaskContext& context) {
  HeldPartial held{std::move(partial), context.reserve(kHolder, 0), {}, 0, repeats};
  const std::size_t bytes = held.partial.nbytes();
  const std::size_t headroom = std::max(std::min(kHeadroom, 4 * bytes), held.memory.limit() / kReadersShare);
  if (!held.memory.try_grow_leaving(bytes, headroom)) spill(held, context);
  return held;
}

void AggregateSink::spill(HeldPartial& held, TaskContext& context) {
  const std::shared_ptr<SpillFile>& to = file(context);
  for (std::uint32_t p = 0; p < plan_.num_partitions; ++p) {
    const PartialPiece& piece = held.spilled.emplace_back(held.partial.piece(p, 0).load(), to, held.base);
    context.count(Counter::kBytesSpilled, piece.stored_bytes());
  }
  held.partial = {};
  held.memory.shrink(held.memory.bytes());
}

void AggregateSink::shed(TaskContext& context) {
  {
    const std::lock_guard lock(tables_mutex_);
    tables_.clear();
  }
  const std::lock_guard lock(held_mutex_);
  for (HeldPartial& held : held_) {
    if (held.spilled.empty()) spill(held, context);
  }
}

bool AggregateSink::commit(std::unique_ptr<SinkPart> part, TaskContext& context) {
  auto& strip = static_cast<AggregatePart&>(*part);
  strip.end(context);
  if (mode_ == Mode::kUndecided && !strip.closed().empty()) {
    mode_ = strip.merges_well() ? Mode::kMerge : Mode::kAppend;
    fold_first_ = mode_ == Mode::kMerge;
  }
  for (HeldPartial& held : strip.closed()) {
    const bool merged = mode_ == Mode::kMerge && merge(held, next_place_, context);
    if (mode_ == Mode::kMerge && !(merged && cover_table(0))) {
      write_table(context);
      mode_ = Mode::kAppend;
    }
    if (!merged) append(std::move(held), next_place_);
  }
  next_place_ += strip.rows();
  return true;
}

// False, and nothing done, if memory does not suffice.
bool AggregateSink::merge(const HeldPartial& held, std::int64_t base, TaskContext& context) {
  if (!held.spilled.empty() || held.is_cut) return false;
  if (table_ == nullptr) {
    table_ = std::make_unique<GroupSet>(plan_, input_);
    table_memory_ = context.reserve(kHolder, 0);
  }
  const Batch groups = held.partial.whole();
  const auto num_rows = static_cast<std::size_t>(groups.num_rows());
  if (!cover_table(num_rows)) return false;
  for (std::size_t begin = 0; begin < num_rows; begin += kBlockRows) {
    table_->merge(groups, static_cast<std::int64_t>(begin), std::min(kBlockRows, num_rows - begin), base);
  }
  return true;
}

// Whether reservations hold the table with `more` groups. Texts and lists are known only once they are there.
bool AggregateSink::cover_table(std::size_t more) {
  const std::size_t needed = table_->bytes_with(more), covered = kTaskBytes + table_memory_.bytes();
  return needed <= covered || table_memory_.try_grow(needed - covered);
}

void AggregateSink::append(HeldPartial held, std::int64_t base) {
  held.base = base;
  if (!held.spilled.empty()) {
    for (PartialPiece& piece : held.spilled) piece.set_base(base);
  }
  const std::lock_guard lock(held_mutex_);
  held_.push_back(std::move(held));
}

void AggregateSink::write_table(TaskContext& context) {
  if (table_ == nullptr) return;
  if (table_->size() != 0) {
    GroupPartial partial = table_->write(plan_.num_partitions);
    table_.reset();
    table_memory_.shrink(table_memory_.bytes());
    append(hold(std::move(partial), false, context), 0);
  }
  table_.reset();
}

// Whether what is held may stay in memory until the merge, which reads pieces in a file one by one.
bool AggregateSink::may_stay(TaskContext& context) {
  std::size_t bytes = 0;
  for (const HeldPartial& held : held_) bytes += held.memory.bytes();
  Reservation room = context.reserve(kHolder, 0);
  return room.try_grow_leaving(bytes, std::max(kLeftToOthers, room.limit() / 2));
}

std::vector<Value> AggregateSink::finish(TaskContext& context) {
  write_table(context);
  {
    const std::lock_guard lock(tables_mutex_);
    tables_.clear();
  }
  if (!may_stay(context)) shed(context);
  const std::lock_guard lock(held_mutex_);
  std::vector<Value> slots;
  for (std::uint32_t p = 0; p < plan_.num_partitions; ++p) {
    AggregatePartials partials{input_, fold_first_, false, false, {}};
    for (HeldPartial& held : held_) {
      partials.repeats |= held.repeats;
      partials.keys_stay |= held.partial.rows != nullptr;
      if (!held.spilled.empty()) {
        if (held.spilled[p].num_rows() == 0) continue;
        partials.pieces.push_back(held.spilled[p]);
      } else if (held.partial.begins[p] != held.partial.begins[p + 1]) {
        partials.pieces.push_back(held.partial.piece(p, held.base));
      } else {
        continue;
      }
      if (held.is_cut) partials.pieces.back().set_cut();
    }
    slots.push_back(value_of(std::move(partials)));
  }
  held_.clear();
  return slots;
}

// What is spilled is read again: converting it would need room that was not there.
bool AggregateSink::convert(const columnar::SchemaPtr& wider, TaskContext&) {
  const std::lock_guard lock(held_mutex_);
  const auto is_spilled = [](const HeldPartial& held) { return !held.spilled.empty(); };
  if (!partials_convert(plan_, input_, wider) || std::any_of(held_.begin(), held_.end(), is_spilled))
    return false;
  for (HeldPartial& held : held_) {
    held.partial.groups = convert_groups(held.partial.whole(), plan_, *wider);
    held.partial.rows.reset();
  }
  if (table_ != nullptr && table_->size() != 0) {
    const Batch groups = convert_groups(table_->write(1).groups, plan_, *wider);
    table_ = std::make_unique<GroupSet>(plan_, wider);
    const auto num_rows = static_cast<std::size_t>(groups.num_rows());
    for (std::size_t begin = 0; begin < num_rows; begin += kBlockRows)
      table_->merge(groups, static_cast<std::int64_t>(begin), std::min(kBlockRows, num_rows - begin), 0);
  } else {
    table_.reset();
  }
  input_ = wider;
  const std::lock_guard tables_lock(tables_mutex_);
  tables_.clear();
  return true;
}

namespace {

class PartialAggregate final : public SinkSpec {
 public:
  explicit PartialAggregate(AggregatePlan plan) : plan_(std::move(plan)) {}
  std::string_view name() const override { return "aggregate.partial"; }
  void add_to(KeyBuilder& key) const override { add_plan(key, plan_); }
  std::uint32_t num_slots() const override { return plan_.num_partitions; }
  MemoryNeed memory_need() const override { return {kTaskBytes, kTaskBytes, 0}; }
  std::size_t bytes_per_strip() const override { return kStripBytes; }
  std::unique_ptr<FragmentSink> bind(const columnar::SchemaPtr& input, std::size_t partition) const override {
    return std::make_unique<AggregateSink>(plan_, input, partition);
  }
  std::optional<std::vector<Value>> convert(std::span<const Value> slots, const columnar::SchemaPtr& wider,
                                            TaskContext&) const override {
    return convert_partials(plan_, slots, wider);
  }

 private:
  AggregatePlan plan_;
};

}  // namespace

std::shared_ptr<const SinkSpec> make_partial_aggregate(AggregatePlan plan) {
  check_plan(plan);
  return std::make_shared<PartialAggregate>(std::move(plan));
}

}  // namespace treadle::dataframe

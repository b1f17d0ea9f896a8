#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "dataframe/operators/join_table.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

/// Rows that one thread hashes at a time while a table is built.
constexpr std::int64_t kBuildStrip = std::int64_t{1} << 17;
/// Rows whose words stay in the first-level cache.
constexpr std::size_t kChunk = 1024;
/// Runs of slots that are filled side by side: each fits the second-level cache where there are many rows.
constexpr int kRunBits = 7;

std::vector<DataType> types_of(const std::vector<Column>& columns) {
  std::vector<DataType> types;
  for (const Column& column : columns) types.push_back(column.type());
  return types;
}

}  // namespace

/// Fills a table. Where an array by key will do and no key has two rows, each row is written to its place,
/// and that is all. Else: words of all rows; rows dealt to the runs of slots that their keys belong to; each
/// run. Rows enter from the last to the first, so that chains begin with the first; while a run is in the
/// cache, its chains become lists. Until it is known that any key has two rows, slots hold rows; then, places
/// in the lists.
class JoinTable::Builder {
 public:
  explicit Builder(JoinTable& table)
      : table_(table),
        num_rows_(table.rows_.num_rows()),
        run_bits_(num_rows_ <= kBuildStrip ? 0 : kRunBits) {}

  /// False if memory could not be taken.
  bool build(const Take& take, TaskContext& context) {
    choose_places(context);
    const std::size_t places = is_direct_ ? width_ * sizeof(std::uint32_t) : num_slots() * sizeof(Slot);
    if (!take(places)) return false;
    if (is_direct_ && fill_unique(context)) return true;
    if (!take(most_bytes(num_rows_) - num_slots() * sizeof(Slot))) return false;
    allocate();
    for_each(num_strips(), context, [&](std::size_t strip) { hash(strip); });
    for_each(num_strips(), context, [&](std::size_t strip) { count(strip); });
    add_up();
    for_each(num_strips(), context, [&](std::size_t strip) { deal(strip); });
    for_each(num_runs(), context, [&](std::size_t run) {
      is_direct_ ? fill_direct(run) : fill(run);
      list(run);
    });
    list_nulls();
    if (!has_chains_) {
      table_.lists_ = {};
    } else {
      for_each(num_runs(), context, [&](std::size_t run) { point_to_lists(run); });
    }
    return true;
  }

 private:
  struct Entry {
    std::uint64_t word = 0;
    std::uint32_t row = 0;
  };
  struct Bounds {
    std::int64_t least = INT64_MAX;
    std::int64_t greatest = INT64_MIN;
    bool any_null = false;

    void add(const Bounds& other) {
      least = std::min(least, other.least);
      greatest = std::max(greatest, other.greatest);
      any_null |= other.any_null;
    }
  };

  template <class F>
  class Loop final : public StripLoop {
   public:
    Loop(std::size_t count, F& work) : count_(count), work_(work) {}
    std::size_t num_strips() const override { return count_; }
    std::size_t bytes_per_strip() const override { return 0; }
    void run(std::size_t strip, TaskContext& context) override {
      context.check_stopped();
      work_(strip);
    }
    bool commit(std::size_t, TaskContext&) override { return true; }

   private:
    std::size_t count_;
    F& work_;
  };
  template <class F>
  void for_each(std::size_t count, TaskContext& context, F&& work) {
    Loop<std::remove_reference_t<F>> loop(count, work);
    context.run_strips(loop);
  }

  std::size_t num_strips() const {
    return static_cast<std::size_t>((num_rows_ + kBuildStrip - 1) / kBuildStrip);
  }
  std::size_t num_runs() const { return std::size_t{1} << run_bits_; }
  std::size_t first_of(std::size_t strip) const { return strip * static_cast<std::size_t>(kBuildStrip); }
  std::size_t begin_of(std::size_t run) const { return run == 0 ? 0 : ends_[run - 1]; }
  std::size_t end_of(std::size_t strip) const {
    return std::min(first_of(strip + 1), static_cast<std::size_t>(num_rows_));
  }
  std::size_t num_slots() const { return std::size_t{1} << table_.slot_bits_; }
  std::size_t run_of(std::uint64_t word) const {
    if (is_direct_) return static_cast<std::size_t>((word - table_.least_) >> direct_shift_);
    return run_bits_ == 0 ? 0 : static_cast<std::size_t>(table_.hash_of(word) >> (64 - run_bits_));
  }

  /// Calls `f` with each row of a strip, its word and what that is.
  template <class F>
  void for_each_word(std::size_t strip, const F& f) const {
    std::uint64_t words[kChunk];
    KeyState states[kChunk];
    for (std::size_t first = first_of(strip); first < end_of(strip); first += kChunk) {
      const std::size_t some = std::min(kChunk, end_of(strip) - first);
      table_.words_.words(table_.rows_.keys(), static_cast<std::int64_t>(first), some, words, states);
      for (std::size_t i = 0; i < some; ++i) f(first + i, words[i], states[i]);
    }
  }
  Bounds bounds_of(std::size_t strip) const {
    Bounds bounds;
    for_each_word(strip, [&](std::size_t, std::uint64_t word, KeyState state) {
      if (state == KeyState::kNull) bounds.any_null = true;
      if (state == KeyState::kWord)
        bounds.add({static_cast<std::int64_t>(word), static_cast<std::int64_t>(word), false});
    });
    return bounds;
  }
  /// An array by key where it takes no more memory than slots would.
  void choose_places(TaskContext& context) {
    table_.run_mask_ = (num_slots() >> run_bits_) - 1;
    if (!table_.words_.exact()) return;
    std::vector<Bounds> bounds(num_strips());
    for_each(num_strips(), context, [&](std::size_t strip) { bounds[strip] = bounds_of(strip); });
    Bounds all;
    for (const Bounds& one : bounds) all.add(one);
    has_nulls_ = all.any_null;
    const std::uint64_t most = num_slots() * (sizeof(Slot) / sizeof(std::uint32_t));
    const std::uint64_t last =
        static_cast<std::uint64_t>(all.greatest) - static_cast<std::uint64_t>(all.least);
    if (all.least > all.greatest || last >= most) return;
    is_direct_ = true;
    width_ = static_cast<std::size_t>(last) + 1;
    table_.least_ = static_cast<std::uint64_t>(all.least);
    direct_shift_ = std::max(0, static_cast<int>(std::bit_width(last)) - run_bits_);
  }
  /// Writes each row to the place of its key; false if a place is wanted twice, or rows go without one.
  bool fill_unique(TaskContext& context) {
    if (has_nulls_) return false;
    table_.direct_.assign(width_, kNone);
    std::atomic<bool> unique = true;
    for_each(num_strips(), context, [&](std::size_t strip) {
      if (!unique) return;
      for_each_word(strip, [&](std::size_t row, std::uint64_t word, KeyState state) {
        if (state != KeyState::kWord) return;
        std::atomic_ref<std::uint32_t> place(table_.direct_[static_cast<std::size_t>(word - table_.least_)]);
        if (place.exchange(static_cast<std::uint32_t>(row), std::memory_order_relaxed) != kNone)
          unique = false;
      });
    });
    return unique;
  }
  /// What the general way needs.
  void allocate() {
    const auto rows = static_cast<std::size_t>(num_rows_);
    is_direct_ ? table_.direct_.assign(width_, kNone) : table_.slots_.resize(num_slots());
    table_.lists_.resize(rows);
    words_.resize(rows);
    states_.resize(rows);
    next_.resize(rows, kNone);
    order_.resize(rows);
    begins_.assign(num_strips() + 1, std::vector<std::uint32_t>(num_runs()));
  }
  void hash(std::size_t strip) {
    const std::size_t first = first_of(strip);
    table_.words_.words(table_.rows_.keys(), static_cast<std::int64_t>(first), end_of(strip) - first,
                        words_.data() + first, states_.data() + first);
  }
  void count(std::size_t strip) {
    for (std::size_t row = first_of(strip); row < end_of(strip); ++row) {
      if (states_[row] == KeyState::kWord) ++begins_[strip + 1][run_of(words_[row])];
    }
  }
  /// From how many rows of each strip belong to each run to where each strip's begin.
  void add_up() {
    std::uint32_t total = 0;
    for (std::size_t run = 0; run < num_runs(); ++run) {
      for (std::size_t strip = 0; strip < num_strips(); ++strip) {
        begins_[strip][run] = total;
        total += begins_[strip + 1][run];
      }
      ends_.push_back(total);
    }
  }
  void deal(std::size_t strip) {
    for (std::size_t row = first_of(strip); row < end_of(strip); ++row) {
      if (states_[row] == KeyState::kWord) {
        order_[begins_[strip][run_of(words_[row])]++] = {words_[row], static_cast<std::uint32_t>(row)};
      }
    }
  }
  void fill(std::size_t run) {
    const std::size_t begin = begin_of(run);
    const KeyEquality equal(table_.rows_.keys(), table_.rows_.keys());
    std::size_t taken = 0;
    bool chains = false;
    for (std::size_t i = ends_[run]; i > begin; --i) {
      const auto [word, row] = order_[i - 1];
      std::size_t at = table_.place_of(word);
      for (;; at = table_.after(at)) {
        Slot& slot = table_.slots_[at];
        if (slot.place == kNone) {
          if (++taken > table_.run_mask_) throw InternalError("the hashes of a join's keys are not spread");
          slot = {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32), row};
          break;
        }
        if (slot.is(word) && (table_.words_.exact() || equal(slot.place, row))) {
          next_[row] = std::exchange(slot.place, row);
          chains = true;
          break;
        }
      }
    }
    if (chains) has_chains_ = true;
  }
  void fill_direct(std::size_t run) {
    const std::size_t begin = begin_of(run);
    bool chains = false;
    for (std::size_t i = ends_[run]; i > begin; --i) {
      const auto [word, row] = order_[i - 1];
      std::uint32_t& first = table_.direct_[static_cast<std::size_t>(word - table_.least_)];
      if (first != kNone) {
        next_[row] = first;
        chains = true;
      }
      first = row;
    }
    if (chains) has_chains_ = true;
  }
  /// Calls `f` with what each key of a run has: its first row, or place.
  template <class F>
  void for_each_key(std::size_t run, const F& f) {
    if (is_direct_) {
      const std::size_t size = table_.direct_.size();
      const std::size_t end = std::min(size, (run + 1) << direct_shift_);
      for (std::size_t at = std::min(size, run << direct_shift_); at < end; ++at) {
        if (table_.direct_[at] != kNone) f(table_.direct_[at]);
      }
      return;
    }
    const std::size_t first = run * (table_.run_mask_ + 1);
    for (std::size_t at = first; at <= first + table_.run_mask_; ++at) {
      if (table_.slots_[at].place != kNone) f(table_.slots_[at].place);
    }
  }
  void list(std::size_t run) {
    std::uint32_t* out = table_.lists_.data() + begin_of(run);
    for_each_key(run, [&](std::uint32_t first) {
      for (std::uint32_t row = first; row != kNone; row = next_[row]) {
        *out++ = next_[row] == kNone ? row : row | kMore;
      }
    });
  }
  void point_to_lists(std::size_t run) {
    auto place = static_cast<std::uint32_t>(begin_of(run));
    for_each_key(run, [&](std::uint32_t& first) {
      first = place;
      while ((table_.lists_[place++] & kMore) != 0) continue;
    });
  }
  /// Behind the others.
  void list_nulls() {
    std::uint32_t place = ends_.back();
    std::uint32_t last = kNone;
    for (std::size_t row = 0; row < states_.size(); ++row) {
      if (states_[row] != KeyState::kNull) continue;
      last = static_cast<std::uint32_t>(row);
      table_.lists_[place++] = last | kMore;
    }
    if (last == kNone) return;
    table_.lists_[place - 1] = last;
    if (place - ends_.back() > 1) has_chains_ = true;
    table_.null_place_ = has_chains_ ? ends_.back() : last;
  }

  JoinTable& table_;
  std::int64_t num_rows_;
  int run_bits_;
  std::vector<std::uint64_t> words_;
  std::vector<KeyState> states_;
  std::vector<std::uint32_t> next_;  // row of the same key
  std::vector<Entry> order_;         // by run
  bool is_direct_ = false;           // an array by key, of width_, instead of slots
  bool has_nulls_ = false;           // that equal others; known where words are keys
  std::size_t width_ = 0;
  int direct_shift_ = 0;
  std::vector<std::vector<std::uint32_t>> begins_;  // [strip][run]: where its next row goes in order_
  std::vector<std::uint32_t> ends_;                 // by run
  std::atomic<bool> has_chains_ = false;
};

JoinTable::JoinTable(JoinRows rows, bool nulls_equal)
    : rows_(std::move(rows)),
      words_(types_of(rows_.keys()), nulls_equal),
      slot_bits_(slot_bits(rows_.num_rows())),
      run_mask_(0) {}

std::shared_ptr<const JoinTable> JoinTable::make(JoinRows rows, bool nulls_equal, const Take& take,
                                                 TaskContext& context) {
  if (rows.num_rows() > kMostRows) throw InternalError("too many rows for one table of a join");
  // Counted once, before threads look at them.
  for (const Column& column : rows.keys()) column.has_no_nulls();
  const std::shared_ptr<JoinTable> table(new JoinTable(std::move(rows), nulls_equal));
  return Builder(*table).build(take, context) ? table : nullptr;
}

}  // namespace treadle::dataframe

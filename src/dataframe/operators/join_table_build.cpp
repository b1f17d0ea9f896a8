#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "dataframe/operators/join_table.h"
#include "treadle/error.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

/// Rows that one thread hashes at a time while a table is built.
constexpr std::int64_t kBuildStrip = std::int64_t{1} << 17;
/// Runs of slots that are filled side by side: each fits the second-level cache where there are many rows.
constexpr int kRunBits = 7;

std::vector<DataType> types_of(const std::vector<Column>& columns) {
  std::vector<DataType> types;
  for (const Column& column : columns) types.push_back(column.type());
  return types;
}

std::vector<Column> select(const Batch& rows, const std::vector<std::size_t>& columns) {
  std::vector<Column> selected;
  for (const std::size_t column : columns) selected.push_back(rows.column(column));
  return selected;
}

}  // namespace

/// Fills a table: words of all rows; rows dealt to the runs of slots that their keys belong to; each run.
/// Rows enter from the last to the first, so that chains begin with the first; while a run is in the cache,
/// its chains become lists. Until it is known that any key has two rows, slots hold rows; then, places in the
/// lists.
class JoinTable::Builder {
 public:
  explicit Builder(JoinTable& table)
      : table_(table),
        num_rows_(table.rows_.num_rows()),
        run_bits_(num_rows_ <= kBuildStrip ? 0 : kRunBits),
        words_(static_cast<std::size_t>(num_rows_)),
        states_(static_cast<std::size_t>(num_rows_)),
        next_(static_cast<std::size_t>(num_rows_), kNone),
        order_(static_cast<std::size_t>(num_rows_)),
        bounds_(num_strips()),
        begins_(num_strips() + 1, std::vector<std::uint32_t>(num_runs())) {}

  void build(TaskContext& context) {
    table_.lists_.resize(static_cast<std::size_t>(num_rows_));
    for_each(num_strips(), context, [&](std::size_t strip) { hash(strip); });
    choose_places();
    for_each(num_strips(), context, [&](std::size_t strip) { count(strip); });
    add_up();
    for_each(num_strips(), context, [&](std::size_t strip) { deal(strip); });
    for_each(num_runs(), context, [&](std::size_t run) {
      is_direct() ? fill_direct(run) : fill(run);
      list(run);
    });
    list_nulls();
    if (!has_chains_) {
      table_.lists_ = {};
    } else {
      for_each(num_runs(), context, [&](std::size_t run) { point_to_lists(run); });
    }
  }

 private:
  struct Entry {
    std::uint64_t word = 0;
    std::uint32_t row = 0;
  };
  struct Bounds {
    std::int64_t least = INT64_MAX;
    std::int64_t greatest = INT64_MIN;
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
  bool is_direct() const { return !table_.direct_.empty(); }
  std::size_t run_of(std::uint64_t word) const {
    if (is_direct()) return static_cast<std::size_t>((word - table_.least_) >> direct_shift_);
    return run_bits_ == 0 ? 0 : static_cast<std::size_t>(table_.hash_of(word) >> (64 - run_bits_));
  }

  void hash(std::size_t strip) {
    const std::size_t first = first_of(strip);
    table_.words_.words(table_.key_columns_, static_cast<std::int64_t>(first), end_of(strip) - first,
                        words_.data() + first, states_.data() + first);
    Bounds& bounds = bounds_[strip];
    for (std::size_t row = first; row < end_of(strip); ++row) {
      if (states_[row] != KeyState::kWord) continue;
      bounds.least = std::min(bounds.least, static_cast<std::int64_t>(words_[row]));
      bounds.greatest = std::max(bounds.greatest, static_cast<std::int64_t>(words_[row]));
    }
  }
  /// An array by key where it takes no more memory than slots would.
  void choose_places() {
    Bounds all;
    for (const Bounds& bounds : bounds_) {
      all.least = std::min(all.least, bounds.least);
      all.greatest = std::max(all.greatest, bounds.greatest);
    }
    const std::size_t num_slots = std::size_t{1} << table_.slot_bits_;
    const std::uint64_t most = num_slots * (sizeof(Slot) / sizeof(std::uint32_t));
    const std::uint64_t width =
        static_cast<std::uint64_t>(all.greatest) - static_cast<std::uint64_t>(all.least);
    if (!table_.words_.exact() || all.least > all.greatest || width >= most) {
      table_.slots_.resize(num_slots);
      table_.run_mask_ = (num_slots >> run_bits_) - 1;
      return;
    }
    table_.least_ = static_cast<std::uint64_t>(all.least);
    table_.direct_.assign(static_cast<std::size_t>(width) + 1, kNone);
    direct_shift_ = std::max(0, static_cast<int>(std::bit_width(width)) - run_bits_);
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
    const KeyEquality equal(table_.key_columns_, table_.key_columns_);
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
    if (is_direct()) {
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
  std::vector<Bounds> bounds_;       // by strip
  int direct_shift_ = 0;
  std::vector<std::vector<std::uint32_t>> begins_;  // [strip][run]: where its next row goes in order_
  std::vector<std::uint32_t> ends_;                 // by run
  std::atomic<bool> has_chains_ = false;
};

JoinTable::JoinTable(Batch rows, const std::vector<std::size_t>& key_columns, bool nulls_equal,
                     TaskContext& context)
    : rows_(std::move(rows)),
      key_columns_(select(rows_, key_columns)),
      words_(types_of(key_columns_), nulls_equal),
      slot_bits_(slot_bits(rows_.num_rows())),
      run_mask_(0) {
  if (rows_.num_rows() > kMostRows) throw InternalError("too many rows for one table of a join");
  // Counted once, before threads look at them.
  for (const Column& column : key_columns_) column.has_no_nulls();
  Builder(*this).build(context);
}

}  // namespace treadle::dataframe

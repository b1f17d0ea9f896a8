#include "dataframe/operators/window.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <utility>

#include "columnar/builder.h"
#include "columnar/selection.h"
#include "dataframe/operators/run_starts.h"
#include "dataframe/operators/sliding_frame.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/operators/window_state.h"
#include "treadle/error.h"

// Rows are gone through once from the first to the last. Columns that ask for rows behind theirs however many
// (a group's total, the next row's value) are finished on a second way, from the last row to the first: of
// neither way more than a few batches are in memory. Marks of groups and peers go along as two hidden
// columns.
namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

std::vector<std::size_t> places_of(const Schema& schema, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) places.push_back(schema.index_of(name));
  return places;
}

Column as_column(const std::vector<std::uint8_t>& marks) {
  columnar::FixedBuilder<std::uint8_t> builder;
  builder.reserve(static_cast<std::int64_t>(marks.size()));
  for (const std::uint8_t mark : marks) builder.append(mark);
  return builder.finish(TypeId::kUInt8);
}

/// A batch with its marks, and which partition it is of.
struct Piece {
  Batch rows;
  RowMarks marks;
  std::size_t partition = 0;
};

/// The inputs' batches in order, each with as many rows behind it as sliding frames look at.
class Pieces {
 public:
  Pieces(std::span<const Value> inputs, const Schema& schema, const WindowSpec& spec)
      : groups_(places_of(schema, spec.partition_by)), peers_(places_of(schema, spec.order_by)) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      for (StoredBatch& batch : stored_batches(inputs.subspan(i, 1)))
        waiting_.emplace_back(i, std::move(batch));
    }
    for (const WindowColumn& column : spec.columns) {
      if (slides(column)) ahead_ = std::max(ahead_, *column.frame.last);
    }
  }
  std::optional<Piece> next() {
    if (loaded_.empty() && !load()) return std::nullopt;
    Piece piece = std::move(loaded_.front());
    loaded_.pop_front();
    std::int64_t behind = 0;
    for (const Piece& one : loaded_) behind += one.rows.num_rows();
    while (behind < ahead_ && load()) behind += loaded_.back().rows.num_rows();
    return piece;
  }
  /// Column `place` of the rows behind the last piece, as many as anyone looks at, and where groups begin.
  std::pair<Column, std::vector<std::uint8_t>> following(std::size_t place) const {
    std::vector<Column> parts;
    std::vector<std::uint8_t> starts;
    for (const Piece& piece : loaded_) {
      const auto seen = static_cast<std::int64_t>(starts.size());
      const std::int64_t count = std::min(piece.rows.num_rows(), ahead_ - seen);
      if (count <= 0) break;
      parts.push_back(piece.rows.column(place).slice(0, count));
      starts.insert(starts.end(), piece.marks.groups.begin(), piece.marks.groups.begin() + count);
    }
    if (parts.empty()) return {};
    return {parts.size() == 1 ? parts[0] : columnar::concatenate(parts), std::move(starts)};
  }

 private:
  bool load() {
    while (!waiting_.empty()) {
      auto [partition, batch] = std::move(waiting_.front());
      waiting_.pop_front();
      if (batch.num_rows() == 0) continue;
      Piece piece{batch.load(), {}, partition};
      piece.marks.groups = groups_.of(piece.rows);
      piece.marks.peers = peers_.of(piece.rows);
      for (std::size_t i = 0; i < piece.marks.peers.size(); ++i)
        piece.marks.peers[i] |= piece.marks.groups[i];
      loaded_.push_back(std::move(piece));
      return true;
    }
    return false;
  }

  RunStarts groups_;
  RunStarts peers_;
  std::deque<std::pair<std::size_t, StoredBatch>> waiting_;
  std::deque<Piece> loaded_;
  std::int64_t ahead_ = 0;
};

Column through(WindowSteps& steps, Column values, const RowMarks& marks) {
  for (const auto& step : steps) values = step->next(values, marks);
  return values;
}

/// Both ways over all rows.
class Walk {
 public:
  Walk(const WindowSpec& spec, const Schema& input)
      : spec_(spec), schema_(std::make_shared<const Schema>(window_schema(input, spec))) {
    std::vector<Field> fields = input.fields();
    for (const WindowColumn& column : spec.columns) {
      places_.push_back(takes_column(column.kind) ? input.index_of(column.column) : 0);
      const DataType type = takes_column(column.kind) ? input.field(places_.back()).type : DataType();
      if (slides(column)) {
        sliding_.emplace_back(column);
        ways_.emplace_back();
      } else {
        sliding_.emplace_back(std::nullopt);
        ways_.push_back(make_window_ways(column, type));
      }
      const bool made = slides(column) || !ways_.back().forward.empty();
      fields.push_back({column.name, made ? window_type(column, type) : type, false});
      turns_ |= !ways_.back().backward.empty();
    }
    if (turns_) {
      for (const char* name : {"starts of groups", "starts of peers"}) {
        // Two blanks: no column of a user is called so by chance.
        fields.push_back({std::string("  ") + name, TypeId::kUInt8, false});
      }
    }
    there_ = turns_ ? std::make_shared<const Schema>(std::move(fields)) : schema_;
  }

  /// Of the rows; of what the first way makes, which is the same unless there is a second one.
  const columnar::SchemaPtr& schema() const noexcept { return schema_; }
  const columnar::SchemaPtr& schema_there() const noexcept { return there_; }
  bool turns() const noexcept { return turns_; }

  Batch next(const Piece& piece, const Pieces& pieces) {
    std::vector<Column> columns = piece.rows.columns();
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      const Column values = takes_column(spec_.columns[i].kind) ? piece.rows.column(places_[i]) : Column();
      if (sliding_[i]) {
        const auto [following, starts] = pieces.following(places_[i]);
        columns.push_back(sliding_[i]->next(values, piece.marks.groups, following, starts));
      } else {
        columns.push_back(through(ways_[i].forward, values, piece.marks));
      }
    }
    if (turns_) {
      columns.push_back(as_column(piece.marks.groups));
      columns.push_back(as_column(piece.marks.peers));
    }
    Batch made(there_, std::move(columns), piece.rows.num_rows());
    return spec_.only ? spec_.only->of(made) : made;
  }

  /// The same rows on the way back, batch after batch from the last one to the first.
  Batch back(const Batch& rows) {
    const std::size_t first = schema_->num_fields() - ways_.size(), marks_at = schema_->num_fields();
    const RowMarks ends{ends_of(rows.column(marks_at), group_behind_),
                        ends_of(rows.column(marks_at + 1), peers_behind_)};
    std::vector<std::int64_t> turned(static_cast<std::size_t>(rows.num_rows()));
    for (std::size_t i = 0; i < turned.size(); ++i)
      turned[i] = rows.num_rows() - 1 - static_cast<std::int64_t>(i);
    std::vector<Column> columns(rows.columns().begin(),
                                rows.columns().begin() + static_cast<std::ptrdiff_t>(marks_at));
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      if (ways_[i].backward.empty()) continue;
      Column& column = columns[first + i];
      column = columnar::take(through(ways_[i].backward, columnar::take(column, turned), ends), turned);
    }
    return {schema_, std::move(columns), rows.num_rows()};
  }

 private:
  // In which rows, from the last to the first, a run ends: where the row behind begins one.
  static std::vector<std::uint8_t> ends_of(const Column& starts, std::uint8_t& behind) {
    std::vector<std::uint8_t> ends(static_cast<std::size_t>(starts.length()));
    const auto* marks = starts.values_as<std::uint8_t>();
    for (std::size_t i = 0; i < ends.size(); ++i) {
      ends[i] = std::exchange(behind, marks[ends.size() - 1 - i]);
    }
    return ends;
  }

  const WindowSpec& spec_;
  columnar::SchemaPtr schema_;
  columnar::SchemaPtr there_;
  std::vector<std::size_t> places_;
  std::vector<WindowWays> ways_;
  std::vector<std::optional<SlidingFrame>> sliding_;
  bool turns_ = false;
  std::uint8_t group_behind_ = 0;
  std::uint8_t peers_behind_ = 0;
};

class WindowOperation final : public Operation {
 public:
  WindowOperation(WindowSpec spec, std::size_t num_partitions)
      : spec_(std::move(spec)), num_partitions_(num_partitions) {}

  std::string_view name() const override { return "window"; }
  void add_to(KeyBuilder& key) const override {
    spec_.add_to(key);
    key.add(static_cast<std::uint64_t>(num_partitions_));
  }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(num_partitions_); }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const columnar::SchemaPtr schema = stored_schema(inputs[0]);
    Walk walk(spec_, *schema);
    const std::size_t leave_free = free_bytes(context) / 2;
    SpillTarget target;
    std::vector<std::vector<RowStore>> stores(num_partitions_);
    Pieces pieces(inputs, *schema, spec_);
    while (const std::optional<Piece> piece = pieces.next()) {
      context.check_stopped();
      std::vector<RowStore>& partition = stores[piece->partition];
      partition.emplace_back(walk.schema_there(), target, leave_free, context);
      partition.back().add(walk.next(*piece, pieces), context);
    }
    if (walk.turns()) go_back(stores, walk, target, leave_free, context);
    std::vector<Value> slots;
    for (std::vector<RowStore>& partition : stores) {
      RowStore all(walk.schema(), target, leave_free, context);
      for (RowStore& store : partition) all.append(std::move(store));
      partition.clear();
      slots.push_back(all.finish(context));
    }
    return slots;
  }

 private:
  static void go_back(std::vector<std::vector<RowStore>>& stores, Walk& walk, SpillTarget& target,
                      std::size_t leave_free, TaskContext& context) {
    for (auto partition = stores.rbegin(); partition != stores.rend(); ++partition) {
      std::vector<RowStore> finished;
      while (!partition->empty()) {
        const RowStore store = std::move(partition->back());
        partition->pop_back();
        for (auto batch = store.batches().rbegin(); batch != store.batches().rend(); ++batch) {
          context.check_stopped();
          finished.emplace_back(walk.schema(), target, leave_free, context);
          finished.back().add(walk.back(batch->load()), context);
        }
      }
      std::reverse(finished.begin(), finished.end());
      *partition = std::move(finished);
    }
  }

  WindowSpec spec_;
  std::size_t num_partitions_;
};

}  // namespace

void WindowSpec::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(partition_by.size())).add(static_cast<std::uint64_t>(order_by.size()));
  for (const std::string& name : partition_by) key.add(name);
  for (const std::string& name : order_by) key.add(name);
  for (const WindowColumn& column : columns) {
    key.add(static_cast<int>(column.kind)).add(column.column).add(column.name).add(column.distance);
    for (const std::optional<std::int64_t>& end : {column.frame.first, column.frame.last}) {
      key.add(end.has_value()).add(end.value_or(0));
    }
    key.add(column.frame.with_peers).add(column.keep_nulls);
  }
  if (only) only->add_to(key);
}

Schema window_schema(const Schema& input, const WindowSpec& spec) {
  for (const auto* names : {&spec.partition_by, &spec.order_by}) {
    for (const std::string& name : *names) {
      if (input.field(input.index_of(name)).type.is_nested()) {
        throw TypeError("a window takes columns of a type without children; \"" + name + "\" is " +
                        input.field(input.index_of(name)).type.to_string());
      }
    }
  }
  std::vector<Field> fields = input.fields();
  for (const WindowColumn& column : spec.columns) {
    const bool taken = std::any_of(fields.begin(), fields.end(),
                                   [&](const Field& field) { return field.name == column.name; });
    if (taken) throw InvalidArgument("window column: the name \"" + column.name + "\" occurs twice");
    const bool takes = takes_column(column.kind);
    const Field of = takes ? input.field(input.index_of(column.column)) : Field{};
    fields.push_back({column.name, window_type(column, of.type), takes && of.sampled});
  }
  return Schema(std::move(fields));
}

std::shared_ptr<const Operation> make_window(WindowSpec spec, std::size_t num_partitions) {
  return std::make_shared<const WindowOperation>(std::move(spec), num_partitions);
}

}  // namespace treadle::dataframe

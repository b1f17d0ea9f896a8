#include "dataframe/operators/cut_rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "columnar/function.h"
#include "columnar/functions/types.h"
#include "dataframe/operators/row_compare.h"
#include "dataframe/operators/stored_rows.h"
#include "dataframe/plan/partitions.h"

namespace treadle::dataframe {
namespace {

using columnar::Batch;
using columnar::Column;

/// Where one piece ends, asked batch by batch.
class PieceEnds {
 public:
  virtual ~PieceEnds() = default;
  /// Whether the piece goes on behind all rows of the next batch, whatever they hold.
  virtual bool passes(std::size_t piece, std::int64_t num_rows) const = 0;
  /// The first row of the batch from `from` on that belongs to a later piece; the number of its rows if none
  /// does.
  virtual std::int64_t end(std::size_t piece, const Batch& batch, std::int64_t from) const = 0;
  /// The batch is done.
  virtual void leave(const StoredBatch& batch) = 0;
};

/// Pieces of equally many rows, as far as rows that stay together allow.
class EqualPieces final : public PieceEnds {
 public:
  EqualPieces(const CutSpec& spec, const Schema& schema, std::int64_t num_rows) {
    std::int64_t end = 0;
    for (const std::size_t share : share_out(static_cast<std::size_t>(num_rows), spec.pieces)) {
      ends_.push_back(end += static_cast<std::int64_t>(share));
    }
    for (const std::string& name : spec.together) keys_.push_back({schema.index_of(name), false, false});
  }
  bool passes(std::size_t piece, std::int64_t num_rows) const override {
    return before_ + num_rows <= ends_[piece];
  }
  std::int64_t end(std::size_t piece, const Batch& batch, std::int64_t from) const override {
    std::int64_t row = std::clamp<std::int64_t>(ends_[piece] - before_, from, batch.num_rows());
    if (keys_.empty()) return row;
    while (row < batch.num_rows() && goes_on(batch, row)) ++row;
    return row;
  }
  void leave(const StoredBatch& batch) override {
    before_ += batch.num_rows();
    if (!keys_.empty()) last_ = batch;
  }

 private:
  /// Whether a row is equal to the one before it.
  bool goes_on(const Batch& batch, std::int64_t row) const {
    if (row > 0) return compare_rows(batch, row - 1, batch, row, keys_) == 0;
    if (!last_) return false;
    const Batch last = last_->load();
    return compare_rows(last, last.num_rows() - 1, batch, row, keys_) == 0;
  }

  std::vector<std::int64_t> ends_;
  std::vector<columnar::SortKey> keys_;
  std::int64_t before_ = 0;
  std::optional<StoredBatch> last_;
};

/// Pieces that end at values.
class BoundedPieces final : public PieceEnds {
 public:
  BoundedPieces(const CutSpec& spec, const columnar::SchemaPtr& schema)
      : key_{schema->index_of(spec.column), false, false} {
    const Field& field = schema->field(key_.column);
    Column values =
        spec.bounds->type() == field.type ? *spec.bounds : columnar::cast(*spec.bounds, field.type, true);
    num_bounds_ = values.length();
    std::vector<Column> columns(schema->num_fields());
    // Only the key is looked at; the others are there so that both batches have one schema.
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i] = i == key_.column ? values : Column::nulls(schema->field(i).type, num_bounds_);
    }
    bounds_ = Batch(schema, std::move(columns), num_bounds_);
  }
  bool passes(std::size_t piece, std::int64_t) const override {
    return static_cast<std::int64_t>(piece) >= num_bounds_;
  }
  std::int64_t end(std::size_t piece, const Batch& batch, std::int64_t from) const override {
    if (passes(piece, batch.num_rows())) return batch.num_rows();
    std::int64_t low = from, high = batch.num_rows();
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      const bool less =
          compare_rows(batch, middle, bounds_, static_cast<std::int64_t>(piece), {&key_, 1}) < 0;
      (less ? low : high) = less ? middle + 1 : middle;
    }
    return low;
  }
  void leave(const StoredBatch&) override {}

 private:
  columnar::SortKey key_;
  Batch bounds_;
  std::int64_t num_bounds_ = 0;
};

class CutRows final : public Operation {
 public:
  explicit CutRows(CutSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return "repartition.cut"; }
  void add_to(KeyBuilder& key) const override { spec_.add_to(key); }
  std::uint32_t num_slots() const override { return static_cast<std::uint32_t>(spec_.pieces); }

  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    const columnar::SchemaPtr schema = stored_schema(inputs[0]);
    const std::vector<StoredBatch> batches = stored_batches(inputs);
    const std::unique_ptr<PieceEnds> ends = ends_of(schema, count_rows(batches));
    std::vector<std::vector<StoredBatch>> pieces(spec_.pieces);
    SpillTarget target;
    std::size_t piece = 0;
    for (const StoredBatch& batch : batches) {
      context.check_stopped();
      if (piece + 1 == spec_.pieces || ends->passes(piece, batch.num_rows())) {
        pieces[piece].push_back(batch);
      } else {
        cut(batch, *ends, piece, pieces, target, context);
      }
      ends->leave(batch);
    }
    std::vector<Value> slots;
    for (std::vector<StoredBatch>& rows : pieces) {
      slots.push_back(value_of_rows(schema, std::move(rows), target, context));
    }
    return slots;
  }

 private:
  std::unique_ptr<PieceEnds> ends_of(const columnar::SchemaPtr& schema, std::int64_t num_rows) const {
    if (spec_.bounds) return std::make_unique<BoundedPieces>(spec_, schema);
    return std::make_unique<EqualPieces>(spec_, *schema, num_rows);
  }

  void cut(const StoredBatch& stored, const PieceEnds& ends, std::size_t& piece,
           std::vector<std::vector<StoredBatch>>& pieces, SpillTarget& target, TaskContext& context) const {
    const Batch batch = stored.load();
    for (std::int64_t from = 0; from < batch.num_rows();) {
      const bool last = piece + 1 == spec_.pieces;
      const std::int64_t end = last ? batch.num_rows() : ends.end(piece, batch, from);
      if (from == 0 && end == batch.num_rows()) {
        pieces[piece].push_back(stored);
      } else if (end > from) {
        Batch rows = batch.slice(from, end - from);
        pieces[piece].push_back(stored.spilled() ? StoredBatch(rows, target.file(context))
                                                 : StoredBatch(std::move(rows)));
      }
      from = end;
      if (end < batch.num_rows()) ++piece;
    }
  }

  CutSpec spec_;
};

class AppendRows final : public Operation {
 public:
  std::string_view name() const override { return "repartition.append"; }
  void add_to(KeyBuilder&) const override {}
  Outcome run(std::span<const Value> inputs, TaskContext& context) const override {
    SpillTarget target;
    return std::vector<Value>{
        value_of_rows(stored_schema(inputs[0]), stored_batches(inputs), target, context)};
  }
};

}  // namespace

void CutSpec::add_to(KeyBuilder& key) const {
  key.add(static_cast<std::uint64_t>(pieces)).add(static_cast<std::uint64_t>(together.size()));
  for (const std::string& name : together) key.add(name);
  key.add(column).add(bounds.has_value());
  if (!bounds) return;
  const Column plain = bounds->to_plain();
  key.add(plain.type().to_string()).add(plain.length());
  for (const BufferPtr& buffer : {plain.values(), plain.data().empty() ? nullptr : plain.data()[0]}) {
    if (buffer) key.add_bytes({reinterpret_cast<const std::byte*>(buffer->data()), buffer->size()});
  }
}

std::shared_ptr<const Operation> make_cut_rows(CutSpec spec) {
  return std::make_shared<const CutRows>(std::move(spec));
}

std::shared_ptr<const Operation> make_append_rows() { return std::make_shared<const AppendRows>(); }

}  // namespace treadle::dataframe

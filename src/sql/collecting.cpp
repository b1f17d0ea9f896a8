#include "sql/collecting.h"

#include <memory>
#include <utility>
#include <vector>

#include "columnar/batch.h"
#include "columnar/builder.h"
#include "columnar/selection.h"
#include "columnar/text_reader.h"

// Groups of text or lists: rows are sorted by their groups, a group's rows stay in one partition, and each
// partition is gone through once.
namespace treadle::sql {
namespace {

using columnar::Batch;
using columnar::Column;

Batch only_batch(const Table& table) {
  const auto& batches = table.batches();
  return batches.size() == 1 ? batches[0] : columnar::concatenate(batches);
}

// Where each run of equal numbers begins, and the end of the last one.
std::vector<std::int64_t> run_begins(const Column& groups) {
  std::vector<std::int64_t> begins;
  const auto* numbers = groups.values_as<std::int64_t>();
  for (std::int64_t row = 0; row < groups.length(); ++row) {
    if (row == 0 || numbers[row] != numbers[row - 1]) begins.push_back(row);
  }
  begins.push_back(groups.length());
  return begins;
}

Column joined_texts(const Column& values, const std::vector<std::int64_t>& begins,
                    const std::string& separator) {
  columnar::TextBuilder builder;
  std::string text;
  for (std::size_t run = 0; run + 1 < begins.size(); ++run) {
    text.clear();
    for (std::int64_t row = begins[run]; row < begins[run + 1]; ++row) {
      if (row > begins[run]) text += separator;
      text += values.text(row);
    }
    builder.append(text);
  }
  return builder.finish();
}

Column lists(const Column& values, const std::vector<std::int64_t>& begins, const DataType& type) {
  BufferBuilder offsets(begins.size() * sizeof(std::int32_t));
  for (std::size_t i = 0; i < begins.size(); ++i)
    offsets.as<std::int32_t>()[i] = static_cast<std::int32_t>(begins[i]);
  return Column::nested(type, static_cast<std::int64_t>(begins.size()) - 1, nullptr, offsets.finish(),
                        {values});
}

class Collect final : public PartitionFunction {
 public:
  Collect(Schema schema, std::optional<std::string> separator)
      : schema_(std::move(schema)), separator_(std::move(separator)) {}

  std::string name() const override {
    return separator_ ? "text of groups '" + *separator_ + '\'' : "lists of groups";
  }
  Schema schema() const override { return schema_; }

  Table run(const Table& rows, std::size_t) const override {
    if (rows.num_rows() == 0) return Table(schema_, {});
    const Batch batch = only_batch(rows);
    const std::vector<std::int64_t> begins = run_begins(batch.column(0));
    const std::vector<std::int64_t> firsts(begins.begin(), begins.end() - 1);
    std::vector<Column> columns = {columnar::take(batch.column(0), firsts)};
    const Column values = batch.column(2).to_plain();
    columns.push_back(separator_ ? joined_texts(values, begins, *separator_)
                                 : lists(values, begins, schema_.field(1).type));
    return Table(schema_, {Batch(std::make_shared<const Schema>(schema_), std::move(columns),
                                 static_cast<std::int64_t>(firsts.size()))});
  }

 private:
  Schema schema_;
  std::optional<std::string> separator_;
};

}  // namespace

DataFrame collected(const DataFrame& rows, std::size_t num_partitions, std::optional<std::string> separator) {
  const Schema schema = rows.schema();
  const Field &group = schema.field(0), &place = schema.field(1), &value = schema.field(2);
  const DataType type = separator ? DataType(TypeId::kUtf8) : DataType::list(value.type);
  const Schema made({Field{group.name, group.type}, Field{value.name, type}});
  return rows.sort({SortColumn(group.name), SortColumn(place.name)})
      .repartition_together(num_partitions, {group.name})
      .map_partitions(std::make_shared<Collect>(made, std::move(separator)));
}

}  // namespace treadle::sql

#include <algorithm>
#include <memory>
#include <utility>

#include "columnar/batch_list.h"
#include "columnar/join_types.h"
#include "io/ndjson/record_reader.h"
#include "memory/buffer.h"
#include "session/frame_blocks.h"
#include "treadle/bag_exchange.h"
#include "treadle/error.h"

// JSON items as tables: an item is a line of JSON, and lines are read as those of files are.
namespace treadle::bag {
namespace {

/// The item as an object with the columns' names, on a line.
void append_row(const Item& item, const Schema& schema, std::string& lines) {
  if (const auto* list = std::get_if<Item::List>(&item.value())) {
    if (list->size() > schema.num_fields()) {
      throw InvalidArgument("to_dataframe: expected lists of at most " + std::to_string(schema.num_fields()) +
                            " items, one a column, found " + item.to_json().substr(0, 200));
    }
    Item::Object fields;
    for (std::size_t i = 0; i < list->size(); ++i) fields.emplace_back(schema.field(i).name, (*list)[i]);
    lines += Item(std::move(fields)).to_json();
  } else if (std::holds_alternative<Item::Object>(item.value())) {
    lines += item.to_json();
  } else if (schema.num_fields() == 1) {
    lines += Item(Item::Object{{schema.field(0).name, item}}).to_json();
  } else {
    throw InvalidArgument("to_dataframe: expected objects or lists for " +
                          std::to_string(schema.num_fields()) + " columns, found " +
                          item.to_json().substr(0, 200));
  }
  lines += '\n';
}

Value table_of(const Value& items, const columnar::SchemaPtr& schema, std::size_t partition) {
  std::string lines;
  for_each_item<Item>(items, [&](const Item& item) { append_row(item, *schema, lines); });
  const std::size_t size = lines.size();
  lines.append(Buffer::kPadding, '\0');  // the parser reads a little beyond the end

  ndjson::ReadPlan plan;
  plan.path = "to_dataframe: partition " + std::to_string(partition) + ", item";
  plan.keys = std::make_shared<const ndjson::KnownKeys>(schema->names());
  for (std::size_t i = 0; i < schema->num_fields(); ++i) plan.columns.push_back(i);
  plan.fixed.assign(schema->num_fields(), true);
  plan.ignore_unknown_keys = true;

  columnar::BatchList table{schema, {}};
  ndjson::RecordReader reader(plan, schema);
  const auto keep = [&](const columnar::Batch& batch) {
    table.batches.push_back(batch);
    return true;
  };
  const std::string_view text = std::string_view(lines).substr(0, size);
  reader.begin_strip();
  reader.take(text, keep, [&](std::size_t position) {
    return static_cast<std::uint64_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
  });
  reader.finish(keep);
  return Value::of(std::move(table));
}

DataType type_of(const Item& item) {
  struct TypeOf {
    DataType operator()(std::monostate) const { return {}; }
    DataType operator()(bool) const { return TypeId::kBool; }
    DataType operator()(std::int64_t) const { return TypeId::kInt64; }
    DataType operator()(double) const { return TypeId::kFloat64; }
    DataType operator()(const std::string&) const { return TypeId::kUtf8; }
    DataType operator()(const Item::List& items) const {
      DataType joined;
      for (const Item& one : items) joined = columnar::join_types(joined, type_of(one));
      return DataType::list(joined);
    }
    DataType operator()(const Item::Object& items) const {
      std::vector<Field> fields;
      for (const auto& [name, value] : items) fields.push_back({name, type_of(value)});
      return DataType::structure(std::move(fields));
    }
  };
  return std::visit(TypeOf(), item.value());
}

/// The types of columns as items show them.
class Columns {
 public:
  explicit Columns(const std::vector<std::string>& names) : num_given_(names.size()) {
    for (const std::string& name : names) fields_.push_back({name, DataType()});
  }

  void show(const Item& item) {
    if (const auto* object = std::get_if<Item::Object>(&item.value())) {
      for (const auto& [name, value] : *object) show(name, value);
    } else if (const auto* list = std::get_if<Item::List>(&item.value())) {
      if (list->size() > num_given_) {
        throw InvalidArgument("to_dataframe: expected a name for each column of " +
                              item.to_json().substr(0, 200) + ", found " + std::to_string(num_given_));
      }
      for (std::size_t i = 0; i < list->size(); ++i) join(fields_[i], (*list)[i]);
    } else if (num_given_ == 1) {
      join(fields_[0], item);
    } else {
      throw InvalidArgument("to_dataframe: expected one name for the column of " +
                            item.to_json().substr(0, 200) + ", found " + std::to_string(num_given_));
    }
  }

  std::vector<Field> take() && { return std::move(fields_); }

 private:
  static void join(Field& field, const Item& value) {
    field.type = columnar::join_types(field.type, type_of(value));
  }
  void show(const std::string& name, const Item& value) {
    auto found = std::ranges::find(fields_, name, &Field::name);
    if (found == fields_.end()) {
      if (num_given_ != 0) return;  // not asked for
      found = fields_.insert(fields_.end(), {name, DataType()});
    }
    join(*found, value);
  }

  std::size_t num_given_;
  std::vector<Field> fields_;
};

}  // namespace

DataFrame to_dataframe(const NodePtr& items, const Schema& schema) {
  const auto columns = std::make_shared<const Schema>(schema);
  const NodePtr tables = each("to_dataframe",
                              [columns](std::span<const Value> inputs, std::size_t partition, TaskContext&) {
                                return table_of(inputs[0], columns, partition);
                              },
                              {items});
  return session::frame_of_blocks(tables, num_blocks(items), schema);
}

Schema schema_of(std::span<const Item> items, const std::vector<std::string>& names) {
  if (items.empty()) {
    throw InvalidArgument("to_dataframe: expected items to tell the columns by, found none: give a schema");
  }
  Columns columns(names);
  for (const Item& item : items) columns.show(item);
  return Schema(std::move(columns).take());
}

}  // namespace treadle::bag

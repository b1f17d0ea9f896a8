#include "columnar/batch.h"

#include "columnar/buffer_tally.h"
#include "treadle/error.h"

namespace treadle::columnar {

void BufferTally::add(const BufferPtr& buffer) {
  if (buffer != nullptr && buffer->size() != 0 && seen_.insert(buffer->data()).second)
    bytes_ += buffer->size();
}

void BufferTally::add(const Column& column) {
  add(column.validity());
  add(column.values());
  for (const BufferPtr& buffer : column.data()) add(buffer);
  for (const Column& child : column.children()) add(child);
  if (column.dictionary()) add(*column.dictionary());
}

Batch::Batch(SchemaPtr schema, std::vector<Column> columns, std::int64_t num_rows)
    : schema_(std::move(schema)), columns_(std::move(columns)), num_rows_(num_rows) {
  if (schema_ == nullptr || schema_->num_fields() != columns_.size()) {
    throw InternalError("a batch needs a column for each of its schema's " +
                        std::to_string(schema_ ? schema_->num_fields() : 0) + " fields; found " +
                        std::to_string(columns_.size()));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Field& field = schema_->field(i);
    if (columns_[i].length() != num_rows_) {
      throw InternalError("column \"" + field.name + "\" of a batch of " + std::to_string(num_rows_) +
                          " rows has " + std::to_string(columns_[i].length()));
    }
    if (!(columns_[i].type() == field.type)) {
      throw InternalError("column \"" + field.name + "\" is " + field.type.to_string() +
                          " in its batch's schema; found " + columns_[i].type().to_string());
    }
  }
}

Batch Batch::slice(std::int64_t offset, std::int64_t length) const {
  std::vector<Column> columns;
  columns.reserve(columns_.size());
  for (const Column& column : columns_) columns.push_back(column.slice(offset, length));
  return {schema_, std::move(columns), length};
}

std::size_t Batch::nbytes() const noexcept {
  BufferTally tally;
  for (const Column& column : columns_) tally.add(column);
  return tally.bytes();
}

}  // namespace treadle::columnar

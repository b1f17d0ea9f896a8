#include "columnar/batch_list.h"

#include <array>
#include <unordered_map>

#include "columnar/bitmap.h"
#include "columnar/buffer_tally.h"
#include "columnar/type_dispatch.h"
#include "treadle/error.h"

// The block form of batches: numbers little-endian, 64 bits; a buffer is its size and its bytes.
//
//   list        fields, then batches
//   field       name, type, sampled
//   type        kind, unit, precision, scale, zone, fields
//   batch       rows, then a column for each field
//   column      layout, rows, validity?, buffers by layout; a dictionary at its first use, later its number
namespace treadle {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::bitmap_bytes;
using columnar::Column;
using columnar::is_text;
using columnar::Layout;

class BlockWriter {
 public:
  explicit BlockWriter(ByteSink& sink) : sink_(sink) {}

  void number(std::int64_t value) { sink_.write(&value, sizeof value); }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    sink_.write(value.data(), value.size());
  }
  void fields(const std::vector<Field>& fields);
  void column(const Column& column);

 private:
  void bytes(const void* data, std::size_t size) {
    number(static_cast<std::int64_t>(size));
    if (size != 0) sink_.write(data, size);
  }
  void plain_text(const Column& column);
  void dictionary(const std::shared_ptr<const Column>& values);

  ByteSink& sink_;
  std::unordered_map<const Column*, std::int64_t> dictionaries_;
};

void BlockWriter::fields(const std::vector<Field>& fields) {
  number(static_cast<std::int64_t>(fields.size()));
  for (const Field& field : fields) {
    const DataType& type = field.type;
    text(field.name);
    for (const int part :
         {static_cast<int>(type.id()), static_cast<int>(type.unit()), type.precision(), type.scale()}) {
      number(part);
    }
    text(type.zone());
    this->fields(type.fields());
    number(field.sampled ? 1 : 0);
  }
}

void BlockWriter::column(const Column& given) {
  const Column column = given.layout() == Layout::kView ? given.to_plain() : given;
  const auto rows = static_cast<std::size_t>(column.length());
  number(static_cast<std::int64_t>(column.layout()));
  number(column.length());
  number(column.has_no_nulls() ? 0 : 1);
  if (column.type().id() == TypeId::kNull) return;
  if (!column.has_no_nulls()) bytes(column.validity()->data(), bitmap_bytes(column.length()));
  if (column.layout() == Layout::kDictionary) {
    bytes(column.values() ? column.values()->data() : nullptr, rows * 4);
    dictionary(column.dictionary());
  } else if (is_text(column.type())) {
    plain_text(column);
  } else if (column.type().id() == TypeId::kStruct) {
    for (const Column& child : column.children()) this->column(child);
  } else if (column.type().id() == TypeId::kList) {
    bytes(column.values() ? column.values()->data() : nullptr, rows == 0 ? 0 : (rows + 1) * 4);
    this->column(column.children()[0]);
  } else {
    const std::size_t size = column.type().id() == TypeId::kBool
                                 ? bitmap_bytes(column.length())
                                 : rows * static_cast<std::size_t>(column.type().byte_width());
    bytes(column.values() ? column.values()->data() : nullptr, size);
  }
}

/// Offsets as they are, and of the bytes only those that they span: a slice does not write its whole.
void BlockWriter::plain_text(const Column& column) {
  const auto rows = static_cast<std::size_t>(column.length());
  bytes(column.values() ? column.values()->data() : nullptr, rows == 0 ? 0 : (rows + 1) * 4);
  if (rows == 0) return;
  const std::int32_t* offsets = column.values_as<std::int32_t>();
  bytes(column.data()[0]->data() + offsets[0], static_cast<std::size_t>(offsets[rows] - offsets[0]));
}

void BlockWriter::dictionary(const std::shared_ptr<const Column>& values) {
  const auto [found, added] =
      dictionaries_.emplace(values.get(), static_cast<std::int64_t>(dictionaries_.size()));
  number(found->second);
  if (added) column(*values);
}

class BlockReader {
 public:
  explicit BlockReader(ByteSource& source) : source_(source) {}

  std::int64_t number() {
    std::int64_t value = 0;
    source_.read(&value, sizeof value);
    return value;
  }
  std::string text() {
    std::string value(static_cast<std::size_t>(number()), '\0');
    source_.read(value.data(), value.size());
    return value;
  }
  std::vector<Field> fields();
  Column column(const DataType& type);

 private:
  DataType type();
  BufferPtr bytes() {
    BufferBuilder builder(static_cast<std::size_t>(number()));
    if (!builder.empty()) source_.read(builder.data(), builder.size());
    return builder.finish();
  }
  Column plain_text(const DataType& type, std::int64_t rows, BufferPtr validity);
  Column dictionary_coded(const DataType& type, std::int64_t rows, BufferPtr validity);

  ByteSource& source_;
  std::vector<std::shared_ptr<const Column>> dictionaries_;
};

DataType BlockReader::type() {
  const auto id = static_cast<TypeId>(number());
  const auto unit = static_cast<TimeUnit>(number());
  const auto precision = static_cast<int>(number()), scale = static_cast<int>(number());
  std::string zone = text();
  std::vector<Field> children = fields();
  switch (id) {
    case TypeId::kDecimal128:
      return DataType::decimal(precision, scale);
    case TypeId::kTime:
      return DataType::time(unit);
    case TypeId::kTimestamp:
      return DataType::timestamp(unit, std::move(zone));
    case TypeId::kDuration:
      return DataType::duration(unit);
    case TypeId::kList:
      return DataType::list(std::move(children.at(0).type));
    case TypeId::kStruct:
      return DataType::structure(std::move(children));
    default:
      return id;
  }
}

std::vector<Field> BlockReader::fields() {
  std::vector<Field> fields;
  for (std::int64_t left = number(); left > 0; --left) {
    std::string name = text();
    DataType type = this->type();
    fields.push_back({std::move(name), std::move(type), number() != 0});
  }
  return fields;
}

BufferPtr one_offset() {
  const std::int32_t zero = 0;
  return Buffer::copy(&zero, sizeof zero);
}

Column BlockReader::plain_text(const DataType& type, std::int64_t rows, BufferPtr validity) {
  BufferBuilder offsets(static_cast<std::size_t>(number()));
  if (rows == 0) return {type, Layout::kPlain, 0, nullptr, one_offset(), {Buffer::empty()}};
  source_.read(offsets.data(), offsets.size());
  std::int32_t* values = offsets.as<std::int32_t>();
  const std::int32_t first = values[0];
  for (std::int64_t row = 0; row <= rows; ++row) values[row] -= first;
  BufferPtr data = bytes();
  return {type, Layout::kPlain, rows, std::move(validity), offsets.finish(), {std::move(data)}};
}

Column BlockReader::dictionary_coded(const DataType& type, std::int64_t rows, BufferPtr validity) {
  BufferPtr codes = bytes();
  const auto place = static_cast<std::size_t>(number());
  if (place == dictionaries_.size()) {
    // The place is taken before the values are read: they hold no dictionary themselves.
    dictionaries_.push_back(std::make_shared<const Column>(column(type)));
  }
  if (place >= dictionaries_.size())
    throw IoError("batches that were written earlier cannot be read back: bad dictionary");
  return Column::dictionary_coded(rows, std::move(validity), std::move(codes), dictionaries_[place]);
}

Column BlockReader::column(const DataType& type) {
  const auto layout = static_cast<Layout>(number());
  const std::int64_t rows = number();
  const bool has_nulls = number() != 0;
  if (type.id() == TypeId::kNull) return Column::nulls(type, rows);
  BufferPtr validity = has_nulls ? bytes() : nullptr;
  if (layout == Layout::kDictionary) return dictionary_coded(type, rows, std::move(validity));
  if (is_text(type)) return plain_text(type, rows, std::move(validity));
  if (type.id() == TypeId::kStruct) {
    std::vector<Column> fields;
    for (const Field& field : type.fields()) fields.push_back(column(field.type));
    return Column::nested(type, rows, std::move(validity), nullptr, std::move(fields));
  }
  BufferPtr values = bytes();
  if (type.id() == TypeId::kList) {
    if (rows == 0) values = one_offset();
    return Column::nested(type, rows, std::move(validity), std::move(values),
                          {column(type.fields()[0].type)});
  }
  return {type, Layout::kPlain, rows, std::move(validity), std::move(values)};
}

}  // namespace

std::int64_t columnar::BatchList::num_rows() const noexcept {
  std::int64_t rows = 0;
  for (const Batch& batch : batches) rows += batch.num_rows();
  return rows;
}

std::size_t columnar::BatchList::nbytes() const noexcept {
  BufferTally tally;
  for (const Batch& batch : batches) {
    for (const Column& column : batch.columns()) tally.add(column);
  }
  return tally.bytes() + sizeof(BatchList) + batches.size() * sizeof(Batch);
}

void Codec<BatchList>::write(const BatchList& list, ByteSink& sink) {
  BlockWriter out(sink);
  out.number(list.schema ? 1 : 0);
  if (list.schema == nullptr) return;
  out.fields(list.schema->fields());
  out.number(static_cast<std::int64_t>(list.batches.size()));
  for (const Batch& batch : list.batches) {
    out.number(batch.num_rows());
    for (const Column& column : batch.columns()) out.column(column);
  }
}

BatchList Codec<BatchList>::read(ByteSource& source) {
  BlockReader in(source);
  if (in.number() == 0) return {};
  BatchList list{std::make_shared<const Schema>(in.fields()), {}};
  const std::int64_t num_batches = in.number();
  for (std::int64_t i = 0; i < num_batches; ++i) {
    const std::int64_t rows = in.number();
    std::vector<Column> columns;
    for (const Field& field : list.schema->fields()) columns.push_back(in.column(field.type));
    list.batches.emplace_back(list.schema, std::move(columns), rows);
  }
  return list;
}

}  // namespace treadle

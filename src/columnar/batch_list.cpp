#include "columnar/batch_list.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
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
//   numbers     the least, bytes for each, and how much each is above the least: whole numbers of four and
//   eight bytes, lengths
//               of texts, codes of dictionaries. Most are small or close together, so that less goes to disk.
namespace treadle {
namespace {

using columnar::Batch;
using columnar::BatchList;
using columnar::bitmap_bytes;
using columnar::Column;
using columnar::is_text;
using columnar::Layout;

// Numbers are packed and unpacked so many at a time, with words that reach behind the last of them.
constexpr std::size_t kPackedAtOnce = 2048;
using PackedBlock = std::array<std::uint8_t, (kPackedAtOnce + 1) * sizeof(std::uint64_t)>;

/// Whether a column's values are whole numbers, of four or eight bytes, that are packed.
bool is_packed(const DataType& type) {
  const int width = type.byte_width();
  return (type.is_integer() || type.is_temporal()) && (width == 4 || width == 8);
}

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
  template <class T>
  void numbers(const T* values, std::size_t count);
  template <class T>
  void numbers(const Column& column);
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

template <class T>
void BlockWriter::numbers(const T* values, std::size_t count) {
  T least{}, most{};
  if (count != 0) {
    least = most = values[0];
    for (std::size_t i = 1; i < count; ++i) {
      least = std::min(least, values[i]);
      most = std::max(most, values[i]);
    }
  }
  const auto from = static_cast<std::uint64_t>(std::int64_t{least});
  const auto width =
      static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(std::int64_t{most}) - from) + 7) / 8;
  number(least);
  number(static_cast<std::int64_t>(width));
  if (width == 0) return;
  PackedBlock block;  // NOLINT(*-member-init): written before it is read
  for (std::size_t begin = 0; begin < count; begin += kPackedAtOnce) {
    const std::size_t some = std::min(kPackedAtOnce, count - begin);
    for (std::size_t i = 0; i < some; ++i) {
      const std::uint64_t above = static_cast<std::uint64_t>(std::int64_t{values[begin + i]}) - from;
      std::memcpy(block.data() + i * width, &above, sizeof above);
    }
    sink_.write(block.data(), some * width);
  }
}

/// What stands in the place of a null must not make the others wide.
template <class T>
void BlockWriter::numbers(const Column& column) {
  const T* values = column.values_as<T>();
  const auto rows = static_cast<std::size_t>(column.length());
  if (column.has_no_nulls()) return numbers(values, rows);
  std::vector<T> filled(values, values + rows);
  const auto valid = [&](std::size_t row) { return column.is_valid(static_cast<std::int64_t>(row)); };
  std::size_t some = 0;
  while (some < rows && !valid(some)) ++some;
  for (std::size_t row = 0; row < rows; ++row) {
    if (!valid(row)) filled[row] = some < rows ? values[some] : T{};
  }
  numbers(filled.data(), rows);
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
    numbers<std::int32_t>(column);
    dictionary(column.dictionary());
  } else if (is_text(column.type())) {
    plain_text(column);
  } else if (column.type().id() == TypeId::kStruct) {
    for (const Column& child : column.children()) this->column(child);
  } else if (column.type().id() == TypeId::kList) {
    bytes(column.values() ? column.values()->data() : nullptr, rows == 0 ? 0 : (rows + 1) * 4);
    this->column(column.children()[0]);
  } else if (is_packed(column.type())) {
    // Bit patterns: the order of unsigned numbers does not matter here.
    column.type().byte_width() == 4 ? numbers<std::int32_t>(column) : numbers<std::int64_t>(column);
  } else {
    const std::size_t size = column.type().id() == TypeId::kBool
                                 ? bitmap_bytes(column.length())
                                 : rows * static_cast<std::size_t>(column.type().byte_width());
    bytes(column.values() ? column.values()->data() : nullptr, size);
  }
}

/// Lengths, and of the bytes only those that they span: a slice does not write its whole.
void BlockWriter::plain_text(const Column& column) {
  const auto rows = static_cast<std::size_t>(column.length());
  if (rows == 0) return;
  const std::int32_t* offsets = column.values_as<std::int32_t>();
  std::vector<std::int32_t> lengths(rows);
  for (std::size_t row = 0; row < rows; ++row) lengths[row] = offsets[row + 1] - offsets[row];
  numbers(lengths.data(), rows);
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
  template <class T>
  void numbers(T* values, std::size_t count);
  template <class T>
  BufferPtr numbers(std::int64_t rows) {
    BufferBuilder builder(static_cast<std::size_t>(rows) * sizeof(T));
    numbers(builder.as<T>(), static_cast<std::size_t>(rows));
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

template <class T>
void BlockReader::numbers(T* values, std::size_t count) {
  const auto from = static_cast<std::uint64_t>(number());
  const auto width = static_cast<std::size_t>(number());
  if (width > sizeof(T)) throw IoError("batches that were written earlier cannot be read back: bad numbers");
  const std::uint64_t mask = width == 8 ? UINT64_MAX : (std::uint64_t{1} << (8 * width)) - 1;
  PackedBlock block{};
  for (std::size_t begin = 0; begin < count; begin += kPackedAtOnce) {
    const std::size_t some = std::min(kPackedAtOnce, count - begin);
    if (width != 0) source_.read(block.data(), some * width);
    for (std::size_t i = 0; i < some; ++i) {
      std::uint64_t above = 0;
      std::memcpy(&above, block.data() + i * width, sizeof above);
      values[begin + i] = static_cast<T>(from + (above & mask));
    }
  }
}

Column BlockReader::plain_text(const DataType& type, std::int64_t rows, BufferPtr validity) {
  if (rows == 0) return {type, Layout::kPlain, 0, nullptr, one_offset(), {Buffer::empty()}};
  BufferBuilder offsets((static_cast<std::size_t>(rows) + 1) * sizeof(std::int32_t));
  std::int32_t* values = offsets.as<std::int32_t>();
  values[0] = 0;
  numbers(values + 1, static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row) values[row + 1] += values[row];
  BufferPtr data = bytes();
  return {type, Layout::kPlain, rows, std::move(validity), offsets.finish(), {std::move(data)}};
}

Column BlockReader::dictionary_coded(const DataType& type, std::int64_t rows, BufferPtr validity) {
  BufferPtr codes = numbers<std::int32_t>(rows);
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
  if (is_packed(type)) {
    BufferPtr values = type.byte_width() == 4 ? numbers<std::int32_t>(rows) : numbers<std::int64_t>(rows);
    return {type, Layout::kPlain, rows, std::move(validity), std::move(values)};
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

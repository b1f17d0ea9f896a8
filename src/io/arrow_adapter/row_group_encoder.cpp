#include "io/arrow_adapter/row_group_encoder.h"

#include <arrow/array.h>
#include <arrow/chunked_array.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <utility>

#include "columnar/selection.h"
#include "io/arrow_adapter/export.h"
#include "io/arrow_adapter/status.h"
#include "io/arrow_adapter/types.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;

// Where Arrow's readers look for a schema with the types that Parquet has no names for.
constexpr const char* kArrowSchema = "ARROW:schema";

std::shared_ptr<arrow::KeyValueMetadata> to_arrow(const FileMetadata& metadata) {
  auto pairs = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : metadata) pairs->Append(key, value);
  return pairs;
}

std::shared_ptr<parquet::ArrowWriterProperties> arrow_properties() {
  return parquet::ArrowWriterProperties::Builder().store_schema()->set_use_threads(false)->build();
}

/// Columns without nesting go to Parquet's own column writers, piece by piece.
class FlatEncoder final : public RowGroupEncoder {
 public:
  FlatEncoder(const arrow::Schema& schema, std::shared_ptr<OutputStream> stream, ReservedPool& pool,
              const EncoderOptions& options, std::string doing)
      : doing_(std::move(doing)),
        arrow_properties_(arrow_properties()),
        context_(&pool, arrow_properties_.get()) {
    std::shared_ptr<parquet::SchemaDescriptor> columns;
    check(parquet::arrow::ToParquetSchema(&schema, *options.properties, *arrow_properties_, &columns),
          doing_);
    const auto metadata = to_arrow(options.details.metadata);
    const auto stored = take(arrow::ipc::SerializeSchema(schema, &pool), doing_);
    metadata->Append(kArrowSchema, arrow::util::base64_encode(stored->ToString()));
    const auto root = std::static_pointer_cast<parquet::schema::GroupNode>(columns->schema_root());
    file_ = parquet::ParquetFileWriter::Open(std::move(stream), root, options.properties, metadata);
  }

  void begin_row_group() override { row_group_ = file_->AppendRowGroup(); }

  void write_column(const Pieces& pieces) override {
    parquet::ColumnWriter* column = row_group_->NextColumn();
    pieces([&](const Column& piece) {
      set_levels(piece);
      check(
          column->WriteArrow(levels_.data(), nullptr, piece.length(), *export_column(piece), &context_, true),
          doing_);
    });
    column->Close();
  }

  void end_row_group() override { row_group_->Close(); }

  void close(const FileMetadata& metadata) override {
    if (!metadata.empty()) file_->AddKeyValueMetadata(to_arrow(metadata));
    file_->Close();
  }

 private:
  /// 1 for a value, 0 for a null.
  void set_levels(const Column& piece) {
    levels_.assign(static_cast<std::size_t>(piece.length()), piece.type().id() == TypeId::kNull ? 0 : 1);
    if (piece.has_no_nulls()) return;
    for (std::int64_t row = 0; row < piece.length(); ++row)
      levels_[static_cast<std::size_t>(row)] = piece.is_valid(row) ? 1 : 0;
  }

  std::string doing_;
  std::shared_ptr<parquet::ArrowWriterProperties> arrow_properties_;
  parquet::ArrowWriteContext context_;
  std::unique_ptr<parquet::ParquetFileWriter> file_;
  parquet::RowGroupWriter* row_group_ = nullptr;
  std::vector<std::int16_t> levels_;
};

/// Nested columns are taken apart by Arrow, which wants each as a whole.
class NestedEncoder final : public RowGroupEncoder {
 public:
  NestedEncoder(const arrow::Schema& schema, std::shared_ptr<OutputStream> stream, ReservedPool& pool,
                const EncoderOptions& options, std::string doing)
      : doing_(std::move(doing)) {
    file_ = take(parquet::arrow::FileWriter::Open(schema, &pool, std::move(stream), options.properties,
                                                  arrow_properties()),
                 doing_);
  }

  void begin_row_group() override { check(file_->NewRowGroup(), doing_); }

  void write_column(const Pieces& pieces) override {
    arrow::ArrayVector arrays;
    pieces([&](const Column& piece) { arrays.push_back(export_column(piece)); });
    auto type = arrays.front()->type();
    check(file_->WriteColumnChunk(std::make_shared<arrow::ChunkedArray>(std::move(arrays), std::move(type))),
          doing_);
  }

  // Arrow ends it with the next, or with the file.
  void end_row_group() override {}

  void close(const FileMetadata& metadata) override {
    if (!metadata.empty()) check(file_->AddKeyValueMetadata(to_arrow(metadata)), doing_);
    check(file_->Close(), doing_);
  }

 private:
  std::string doing_;
  std::unique_ptr<parquet::arrow::FileWriter> file_;
};

/// The type whose codes count so many categories; pandas chooses in the same way.
std::shared_ptr<arrow::DataType> code_type(const Categories& categories) {
  if (!categories.values) return arrow::int32();
  const std::size_t count = categories.values->size();
  if (count <= INT8_MAX) return arrow::int8();
  return count <= INT16_MAX ? arrow::int16() : arrow::int32();
}

/// Readers take a column for categories if the stored schema says so, however its pages are coded.
std::shared_ptr<arrow::Schema> with_categories(std::shared_ptr<arrow::Schema> fields,
                                               const std::map<std::string, Categories>& categories,
                                               const std::string& doing) {
  for (const auto& [name, kind] : categories) {
    const int place = fields->GetFieldIndex(name);
    if (place < 0) continue;
    const auto& field = fields->field(place);
    if (field->type()->id() != arrow::Type::STRING) {
      throw InvalidArgument(doing + ": expected categories of text, found the column \"" + name + "\" of " +
                            field->type()->ToString());
    }
    const auto type = arrow::dictionary(code_type(kind), field->type(), kind.ordered);
    fields = take(fields->SetField(place, field->WithType(type)), doing);
  }
  return fields;
}

}  // namespace

std::unique_ptr<RowGroupEncoder> make_encoder(const Schema& schema, std::shared_ptr<OutputStream> stream,
                                              ReservedPool& pool, const EncoderOptions& options,
                                              const std::string& doing) {
  auto fields = with_categories(to_arrow(schema), options.details.categories, doing);
  if (!options.details.metadata.empty()) fields = fields->WithMetadata(to_arrow(options.details.metadata));
  if (has_nested_columns(schema))
    return std::make_unique<NestedEncoder>(*fields, std::move(stream), pool, options, doing);
  return std::make_unique<FlatEncoder>(*fields, std::move(stream), pool, options, doing);
}

bool has_nested_columns(const Schema& schema) {
  return std::ranges::any_of(schema.fields(), [](const Field& field) { return field.type.is_nested(); });
}

}  // namespace treadle::io

#include "io/arrow_adapter/flat_column.h"

#include <arrow/buffer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <algorithm>
#include <utility>

#include "io/arrow_adapter/chunk_stream.h"
#include "io/arrow_adapter/flat_numbers.h"
#include "io/arrow_adapter/flat_texts.h"

namespace treadle::io {
namespace {

// Old writers of a known fault did not count the dictionary's header: so many bytes more are read.
constexpr std::int64_t kUncountedHeader = 100;

bool is_text(const DataType& type) { return type.id() == TypeId::kUtf8 || type.id() == TypeId::kBinary; }

/// Whether the file stores the ticks that the column has.
bool has_ticks_of(const DataType& type, const parquet::ColumnDescriptor& descriptor) {
  const auto* logical = dynamic_cast<const parquet::TimestampLogicalType*>(descriptor.logical_type().get());
  if (logical == nullptr) return false;
  switch (type.unit()) {
    case TimeUnit::kMilli:
      return logical->time_unit() == parquet::LogicalType::TimeUnit::MILLIS;
    case TimeUnit::kMicro:
      return logical->time_unit() == parquet::LogicalType::TimeUnit::MICROS;
    case TimeUnit::kNano:
      return logical->time_unit() == parquet::LogicalType::TimeUnit::NANOS;
    default:
      return false;
  }
}

/// Whether all values of the chunk are codes into its dictionary. Unknown counts as no.
bool has_codes_only(const parquet::ColumnChunkMetaData& chunk) {
  bool any = false;
  for (const parquet::PageEncodingStats& pages : chunk.encoding_stats()) {
    if (pages.page_type != parquet::PageType::DATA_PAGE && pages.page_type != parquet::PageType::DATA_PAGE_V2)
      continue;
    any = true;
    if (pages.encoding != parquet::Encoding::RLE_DICTIONARY &&
        pages.encoding != parquet::Encoding::PLAIN_DICTIONARY) {
      return false;
    }
  }
  return any && chunk.has_dictionary_page();
}

/// The largest dictionary of which the codes are delivered.
std::size_t most_codes(const parquet::ColumnChunkMetaData& chunk, bool keeps_codes) {
  // Less than this costs nothing, however few rows there are.
  constexpr std::int64_t kSmall = 1024;
  if (!has_codes_only(chunk)) return 0;
  return keeps_codes ? SIZE_MAX : static_cast<std::size_t>(std::max(kSmall, chunk.num_values() / 2));
}

/// Where the chunk's pages begin in the file, and where they end.
std::pair<std::int64_t, std::int64_t> place_of(const parquet::ColumnChunkMetaData& chunk, std::int64_t size,
                                               const parquet::ApplicationVersion& writer) {
  std::int64_t begin = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0)
    begin = std::min(begin, chunk.dictionary_page_offset());
  const std::int64_t bytes = chunk.total_compressed_size();
  if (begin < 0 || begin > size || bytes < 0 || bytes > size - begin)
    throw parquet::ParquetException("the footer places a column outside of the file");
  const bool counts = !writer.VersionLt(parquet::ApplicationVersion::PARQUET_816_FIXED_VERSION());
  return {begin, counts ? begin + bytes : std::min(size, begin + bytes + kUncountedHeader)};
}

/// Whether a page says itself if it is packed, as it should.
bool pages_tell(const parquet::ApplicationVersion& writer) {
  return !writer.VersionLt(parquet::ApplicationVersion::PARQUET_CPP_10353_FIXED_VERSION());
}

std::unique_ptr<parquet::PageReader> open_pages(const std::shared_ptr<InputFile>& file,
                                                const parquet::FileMetaData& metadata,
                                                const parquet::ColumnChunkMetaData& chunk,
                                                const parquet::ColumnDescriptor& descriptor,
                                                parquet::Compression::type compression,
                                                arrow::MemoryPool& pool) {
  const parquet::ApplicationVersion& writer = metadata.writer_version();
  const auto [begin, end] = place_of(chunk, static_cast<std::int64_t>(file->identity().size), writer);
  parquet::ReaderProperties properties(&pool);
  properties.set_page_checksum_verification(true);
  return parquet::PageReader::Open(std::make_shared<ChunkStream>(file, begin, end, pool), chunk.num_values(),
                                   compression, properties, descriptor, !pages_tell(writer));
}

}  // namespace

bool is_flat_column(const parquet::ColumnDescriptor& descriptor, const parquet::ColumnChunkMetaData& chunk,
                    const DataType& type) {
  if (descriptor.max_repetition_level() > 0 || descriptor.max_definition_level() > 1 ||
      chunk.crypto_metadata() != nullptr) {
    return false;
  }
  const parquet::Type::type stored = descriptor.physical_type();
  switch (type.id()) {
    case TypeId::kInt8:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kUInt8:
    case TypeId::kUInt16:
    case TypeId::kUInt32:
    case TypeId::kDate:
      return stored == parquet::Type::INT32;
    case TypeId::kInt64:
    case TypeId::kUInt64:
      return stored == parquet::Type::INT64;
    case TypeId::kFloat32:
      return stored == parquet::Type::FLOAT;
    case TypeId::kFloat64:
      return stored == parquet::Type::DOUBLE;
    case TypeId::kTimestamp:
      return stored == parquet::Type::INT64 && has_ticks_of(type, descriptor);
    case TypeId::kDecimal128:
      return stored == parquet::Type::INT32 || stored == parquet::Type::INT64;
    default:
      return is_text(type) && stored == parquet::Type::BYTE_ARRAY;
  }
}

std::unique_ptr<FlatColumn> open_flat_column(const std::shared_ptr<InputFile>& file,
                                             const parquet::FileMetaData& metadata, int row_group, int leaf,
                                             const DataType& type, bool keeps_codes,
                                             const std::shared_ptr<arrow::MemoryPool>& pool) {
  const auto rows = metadata.RowGroup(row_group);
  const auto chunk = rows->ColumnChunk(leaf);
  const parquet::ColumnDescriptor& descriptor = *metadata.schema()->Column(leaf);
  ColumnPages pages{nullptr, descriptor, rows->num_rows(), nullptr};
  parquet::Compression::type compression = chunk->compression();
  if (compression == parquet::Compression::SNAPPY && pages_tell(metadata.writer_version())) {
    PARQUET_ASSIGN_OR_THROW(pages.unpacked, arrow::AllocateResizableBuffer(0, pool.get()));
    compression = parquet::Compression::UNCOMPRESSED;
  }
  pages.reader = open_pages(file, metadata, *chunk, descriptor, compression, *pool);
  if (is_text(type)) return make_flat_texts(std::move(pages), type, most_codes(*chunk, keeps_codes), *pool);
  return make_flat_numbers(std::move(pages), type, *pool);
}

}  // namespace treadle::io

#include "io/arrow_adapter/page_cursor.h"

#include <parquet/exception.h>
#include <snappy.h>

#include <cstdint>
#include <string>
#include <utility>

namespace treadle::io {
namespace {

/// A byte that Snappy packed stands for at most so many: three of them copy 64.
constexpr std::size_t kMostPacked = 22;

}  // namespace

PageCursor::PageCursor(ColumnPages pages)
    : descriptor_(pages.descriptor),
      pages_(std::move(pages.reader)),
      unpacked_(std::move(pages.unpacked)),
      levels_(kBlockRows),
      unopened_(pages.num_rows) {
  pages_->set_data_page_filter([this](const parquet::DataPageStats& page) {
    if (page.num_values > to_skip_) return false;
    count_rows(page.num_values);
    to_skip_ -= page.num_values;
    return true;
  });
}

void PageCursor::count_rows(std::int64_t rows) {
  if (rows < 0 || rows > unopened_) {
    throw parquet::ParquetException("a page says that it has " + std::to_string(rows) +
                                    " rows, but the row group has " + std::to_string(unopened_) + " more");
  }
  unopened_ -= rows;
}

void PageCursor::settle(std::int64_t wanted) {
  while (to_skip_ > 0 || left_ == 0) {
    if (left_ == 0) {
      open_page(wanted);
      continue;
    }
    const auto rows = static_cast<int>(std::min<std::int64_t>({left_, to_skip_, kBlockRows}));
    drop_values(take_levels(rows));
    left_ -= rows;
    to_skip_ -= rows;
  }
}

void PageCursor::open_page(std::int64_t wanted) {
  page_ = nullptr;
  page_ = pages_->NextPage();
  if (page_ == nullptr)
    throw parquet::ParquetException("the column ends " + std::to_string(to_skip_ + wanted) +
                                    " rows before its row group");
  if (page_->type() == parquet::PageType::DICTIONARY_PAGE) {
    // Codes that were handed out already would mean other values.
    if (std::exchange(has_dictionary_, true))
      throw parquet::ParquetException("the column has a second dictionary");
    const auto& page = static_cast<const parquet::DictionaryPage&>(*page_);
    const auto bytes = unpack({page.data(), static_cast<std::size_t>(page.size())}, std::nullopt);
    take_dictionary({std::make_shared<arrow::Buffer>(bytes.data(), static_cast<std::int64_t>(bytes.size())),
                     page.num_values(), page.encoding()});
  } else if (page_->type() == parquet::PageType::DATA_PAGE ||
             page_->type() == parquet::PageType::DATA_PAGE_V2) {
    take_page(static_cast<const parquet::DataPage&>(*page_));
  }
}

void PageCursor::take_page(const parquet::DataPage& page) {
  std::span<const std::uint8_t> data(page.data(), static_cast<std::size_t>(page.size()));
  const auto take = [&](std::int64_t bytes) {
    if (bytes < 0 || bytes > static_cast<std::int64_t>(data.size()))
      throw parquet::ParquetException("a page ends within its levels");
    data = data.subspan(static_cast<std::size_t>(bytes));
  };
  const auto most = static_cast<std::int16_t>(descriptor_.max_definition_level());
  has_levels_ = most > 0;
  if (page.type() == parquet::PageType::DATA_PAGE) {
    const auto& first = static_cast<const parquet::DataPageV1&>(page);
    data = unpack(data, page.uncompressed_size());
    if (has_levels_)
      take(level_decoder_.SetData(first.definition_level_encoding(), most, page.num_values(), data.data(),
                                  static_cast<std::int32_t>(data.size())));
  } else {
    const auto& second = static_cast<const parquet::DataPageV2&>(page);
    take(second.repetition_levels_byte_length());
    const std::uint8_t* levels = data.data();
    take(second.definition_levels_byte_length());
    if (has_levels_)
      level_decoder_.SetDataV2(second.definition_levels_byte_length(), most, page.num_values(), levels);
    const std::int64_t level_bytes = page.size() - static_cast<std::int64_t>(data.size());
    if (second.is_compressed()) data = unpack(data, page.uncompressed_size() - level_bytes);
  }
  count_rows(page.num_values());
  left_ = page.num_values();
  take_values(page.encoding(), page.num_values(), data.data(), static_cast<int>(data.size()));
}

std::span<const std::uint8_t> PageCursor::unpack(std::span<const std::uint8_t> bytes,
                                                 std::optional<std::int64_t> size) {
  // Where there are no values, some writers leave out that there are none.
  if (unpacked_ == nullptr || bytes.empty()) return bytes;
  const char* packed = reinterpret_cast<const char*>(bytes.data());
  std::size_t found = 0;
  const bool says = snappy::GetUncompressedLength(packed, bytes.size(), &found);
  if (!says || found > INT32_MAX || found / kMostPacked > bytes.size() ||
      (size && static_cast<std::int64_t>(found) != *size))
    throw parquet::ParquetException("a page does not unpack to the size that it says");
  PARQUET_THROW_NOT_OK(unpacked_->Resize(static_cast<std::int64_t>(found), /*shrink_to_fit=*/false));
  const std::span<std::uint8_t> out(unpacked_->mutable_data(), found);
  if (!snappy::RawUncompress(packed, bytes.size(), reinterpret_cast<char*>(out.data())))
    throw parquet::ParquetException("a page that Snappy packed is damaged");
  return out;
}

int PageCursor::take_levels(int rows) {
  if (!has_levels_) return rows;
  if (level_decoder_.Decode(rows, levels_.data()) != rows)
    throw parquet::ParquetException("a page has fewer levels than values");
  int present = 0;
  for (int row = 0; row < rows; ++row) present += levels_[static_cast<std::size_t>(row)];
  return present;
}

}  // namespace treadle::io

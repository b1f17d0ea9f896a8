#pragma once

#include <parquet/encoding.h>
#include <parquet/exception.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "io/arrow_adapter/page_cursor.h"

namespace treadle::io {

/// Decodes the values of a column's pages, whatever their encodings.
template <class Stored>
class ValueDecoder {
 public:
  using Value = typename Stored::c_type;

  ValueDecoder(const parquet::ColumnDescriptor& descriptor, arrow::MemoryPool& pool)
      : descriptor_(descriptor), pool_(pool) {}

  void take_dictionary(const parquet::DictionaryPage& page) {
    check_dictionary(page);
    const auto values = parquet::MakeTypedDecoder<Stored>(parquet::Encoding::PLAIN, &descriptor_, &pool_);
    values->SetData(page.num_values(), page.data(), page.size());
    dictionary_ = parquet::MakeDictDecoder<Stored>(&descriptor_, &pool_);
    dictionary_->SetDict(values.get());
    const Value* first = nullptr;
    std::int32_t length = 0;
    dictionary_->GetDictionary(&first, &length);
    values_ = {first, static_cast<std::size_t>(length)};
  }

  void take_values(parquet::Encoding::type encoding, int most, const std::uint8_t* data, int size) {
    coded_ = encoding == parquet::Encoding::RLE_DICTIONARY || encoding == parquet::Encoding::PLAIN_DICTIONARY;
    if (coded_) {
      if (dictionary_ == nullptr) throw parquet::ParquetException("a page of codes has no dictionary");
      current_ = dictionary_.get();
    } else {
      auto& decoder = decoders_[encoding];
      if (!decoder) decoder = parquet::MakeTypedDecoder<Stored>(encoding, &descriptor_, &pool_);
      current_ = decoder.get();
    }
    current_->SetData(most, data, size);
  }

  /// The next values; what they point to lives as long as the page and the decoder.
  void decode(Value* values, int count) { check_count(current_->Decode(values, count), count); }

  /// Whether the page holds codes.
  bool is_coded() const noexcept { return coded_; }
  /// The values that codes stand for; they live as long as the decoder.
  std::span<const Value> dictionary() const noexcept { return values_; }
  /// The next codes of a page that holds them: places in dictionary().
  void decode_codes(std::int32_t* codes, int count) {
    check_count(dictionary_->DecodeIndices(count, codes), count);
    std::uint32_t most = 0;
    for (int i = 0; i < count; ++i) most = std::max(most, static_cast<std::uint32_t>(codes[i]));
    if (count > 0 && most >= values_.size())
      throw parquet::ParquetException("a page has the code " + std::to_string(most) + " of a dictionary of " +
                                      std::to_string(values_.size()) + " values");
  }

 private:
  /// Before memory is taken for as many values as the page says it has.
  static void check_dictionary(const parquet::DictionaryPage& page) {
    if (page.encoding() != parquet::Encoding::PLAIN && page.encoding() != parquet::Encoding::PLAIN_DICTIONARY)
      throw parquet::ParquetException("a dictionary must be plain, but is " +
                                      parquet::EncodingToString(page.encoding()));
    // Of a text at least its length.
    constexpr std::size_t kLeast = std::is_same_v<Value, parquet::ByteArray> ? 4 : sizeof(Value);
    const auto bytes = static_cast<std::size_t>(page.size());
    if (page.num_values() < 0 || static_cast<std::size_t>(page.num_values()) > bytes / kLeast) {
      throw parquet::ParquetException("a dictionary says that it has " + std::to_string(page.num_values()) +
                                      " values, but has " + std::to_string(bytes) + " bytes");
    }
  }
  static void check_count(int found, int count) {
    if (found != count)
      throw parquet::ParquetException("a page has " + std::to_string(found) + " values instead of " +
                                      std::to_string(count));
  }

  const parquet::ColumnDescriptor& descriptor_;
  arrow::MemoryPool& pool_;
  std::unique_ptr<parquet::DictDecoder<Stored>> dictionary_;
  std::span<const Value> values_;  // of dictionary_
  std::map<parquet::Encoding::type, std::unique_ptr<parquet::TypedDecoder<Stored>>> decoders_;
  parquet::TypedDecoder<Stored>* current_ = nullptr;  // of the page
  bool coded_ = false;
};

}  // namespace treadle::io

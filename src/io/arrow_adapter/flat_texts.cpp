#include "io/arrow_adapter/flat_texts.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "columnar/selection.h"
#include "io/arrow_adapter/validity_builder.h"
#include "io/arrow_adapter/value_decoder.h"
#include "io/csv/utf8.h"

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::Layout;

// A plain column of text has less than 2 GiB.
constexpr std::size_t kMostBytes = 0x7FFFFFFF;

std::string_view text_of(const parquet::ByteArray& value) {
  return {reinterpret_cast<const char*>(value.ptr), value.len};
}

/// The first bytes, those that are not ASCII as \xFF.
std::string shown(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::size_t kMostShown = 40;
  std::string result;
  for (const char character : text.substr(0, kMostShown)) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte >= 0x20 && byte < 0x7F) {
      result += character;
    } else {
      result += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text.size() > kMostShown ? result + "..." : result;
}

/// Texts one behind the other; in several columns if they are too long for one.
class PlainTexts {
 public:
  PlainTexts(DataType type, std::size_t count) : type_(std::move(type)), count_(count) { begin(); }

  void append(std::string_view text) {
    cuts_character_ |= !text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80;
    if (text.size() > kMostBytes - bytes_.size()) {
      pieces_.push_back(piece());
      begin();
    }
    bytes_.append(text.data(), text.size());
    offsets_.append_value(static_cast<std::int32_t>(bytes_.size()));
  }
  /// Without nulls.
  Column finish() {
    Column last = piece();
    if (pieces_.empty()) return last;
    pieces_.push_back(std::move(last));
    return columnar::concatenate(pieces_);
  }

 private:
  void begin() {
    offsets_.reserve((count_ + 1) * sizeof(std::int32_t));
    offsets_.append_value(std::int32_t{0});
  }
  Column piece() {
    const auto length = static_cast<std::int64_t>(offsets_.size() / sizeof(std::int32_t)) - 1;
    if (type_.id() == TypeId::kUtf8) check_utf8(static_cast<std::size_t>(length));
    count_ -= static_cast<std::size_t>(length);
    return {type_, Layout::kPlain, length, nullptr, offsets_.finish(), {bytes_.finish()}, 0};
  }

  /// All bytes at once, which is several times quicker than text by text: texts are well-formed if these are
  /// and no text begins inside of a character.
  void check_utf8(std::size_t length) {
    const std::string_view all(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    if (!cuts_character_ && csv::is_utf8(all)) return;
    const auto* offsets = offsets_.as<std::int32_t>();
    for (std::size_t i = 0; i < length; ++i) {
      const auto begin = static_cast<std::size_t>(offsets[i]);
      const std::string_view text = all.substr(begin, static_cast<std::size_t>(offsets[i + 1]) - begin);
      if (!csv::is_utf8(text))
        throw parquet::ParquetException("found text that is not UTF-8: " + shown(text));
    }
  }

  DataType type_;
  std::size_t count_;
  bool cuts_character_ = false;
  BufferBuilder offsets_;
  BufferBuilder bytes_;
  std::vector<Column> pieces_;
};

Column with_validity(const Column& column, ValidityBuilder& validity) {
  const std::int64_t num_nulls = validity.num_nulls();
  if (num_nulls == 0) return column;
  return {column.type(),   column.layout(), column.length(), validity.finish(),
          column.values(), column.data(),   num_nulls};
}

/// Has the values of the block's rows lie in its rows; others hold anything.
template <class Value>
void spread(int num_rows, int num_present, const std::int16_t* levels, Value* values) {
  if (num_present == num_rows) return;
  // From behind, as every value goes to its row or further back.
  int from = num_present;
  for (int row = num_rows; row-- > 0;) {
    if (levels[row] != 0) values[row] = values[--from];
  }
}

class FlatTexts final : public FlatColumn, private PageCursor {
 public:
  FlatTexts(ColumnPages pages, DataType type, std::size_t most_codes, arrow::MemoryPool& pool)
      : PageCursor(std::move(pages)),
        type_(std::move(type)),
        most_codes_(most_codes),
        coded_(most_codes > 0),
        decoder_(descriptor(), pool) {}

  void skip(std::int64_t rows) override { pass(rows); }
  Column read(const RowSelection& rows) override {
    if (coded_ && dictionary_ == nullptr) open_first();
    return coded_ ? read_codes(rows) : read_texts(rows);
  }

 private:
  Column read_texts(const RowSelection& rows) {
    PlainTexts texts(type_, rows.count());
    ValidityBuilder validity(rows.count());
    std::size_t done = 0;
    walk(rows, [&](const Block& block) {
      decoder_.decode(texts_.data(), block.num_present);
      spread(block.num_rows, block.num_present, levels(), texts_.data());
      for_each_wanted(block, [&](std::size_t row, bool present) {
        texts.append(present ? text_of(texts_[row]) : std::string_view());
        if (!present) validity.set_null(done);
        ++done;
      });
    });
    return with_validity(texts.finish(), validity);
  }

  Column read_codes(const RowSelection& rows) {
    BufferBuilder codes(rows.count() * sizeof(std::int32_t));
    ValidityBuilder validity(rows.count());
    auto* out = codes.as<std::int32_t>();
    std::size_t done = 0;
    walk(rows, [&](const Block& block) {
      if (block.all_wanted && block.num_present == block.num_rows) {
        decoder_.decode_codes(out + done, block.num_rows);
        done += static_cast<std::size_t>(block.num_rows);
        return;
      }
      decoder_.decode_codes(codes_.data(), block.num_present);
      spread(block.num_rows, block.num_present, levels(), codes_.data());
      for_each_wanted(block, [&](std::size_t row, bool present) {
        out[done] = present ? codes_[row] : 0;
        if (!present) validity.set_null(done);
        ++done;
      });
    });
    const std::int64_t num_nulls = validity.num_nulls();
    const Column coded = Column::dictionary_coded(static_cast<std::int64_t>(rows.count()), validity.finish(),
                                                  codes.finish(), dictionary_, num_nulls);
    return distinct_ ? coded : coded.to_plain();
  }

  template <class See>
  void for_each_wanted(const Block& block, See&& see) const {
    const bool dense = block.num_present == block.num_rows;
    const auto visit = [&](std::size_t row) { see(row, dense || levels()[row] != 0); };
    if (block.all_wanted) {
      for (std::size_t row = 0; row < static_cast<std::size_t>(block.num_rows); ++row) visit(row);
    } else {
      for (const std::uint32_t row : block.wanted) visit(static_cast<std::size_t>(row - block.begin));
    }
  }

  void take_dictionary(const parquet::DictionaryPage& page) override {
    decoder_.take_dictionary(page);
    const std::span<const parquet::ByteArray> values = decoder_.dictionary();
    coded_ = coded_ && values.size() <= most_codes_;
    if (!coded_) return;
    PlainTexts texts(type_, values.size());
    std::unordered_set<std::string_view> seen;
    seen.reserve(values.size());
    for (const parquet::ByteArray& value : values) {
      texts.append(text_of(value));
      distinct_ = seen.insert(text_of(value)).second && distinct_;
    }
    dictionary_ = std::make_shared<const Column>(texts.finish());
  }
  void take_values(parquet::Encoding::type encoding, int most, const std::uint8_t* data, int size) override {
    decoder_.take_values(encoding, most, data, size);
    if (coded_ && !decoder_.is_coded())
      throw parquet::ParquetException("a page has no codes although the footer says so");
  }
  void drop_values(int count) override {
    if (coded_) {
      decoder_.decode_codes(codes_.data(), count);
    } else {
      decoder_.decode(texts_.data(), count);
    }
  }

  DataType type_;
  std::size_t most_codes_;
  bool coded_;
  ValueDecoder<parquet::ByteArrayType> decoder_;
  std::shared_ptr<const Column> dictionary_;  // if coded_: known once a page was opened
  bool distinct_ = true;                      // no value of the dictionary occurs twice
  std::array<parquet::ByteArray, kBlockRows> texts_;
  std::array<std::int32_t, kBlockRows> codes_;
};

}  // namespace

std::unique_ptr<FlatColumn> make_flat_texts(ColumnPages pages, const DataType& type, std::size_t most_codes,
                                            arrow::MemoryPool& pool) {
  return std::make_unique<FlatTexts>(std::move(pages), type, most_codes, pool);
}

}  // namespace treadle::io

#include "io/arrow_adapter/flat_numbers.h"

#include <array>
#include <type_traits>
#include <utility>

#include "columnar/int128.h"
#include "io/arrow_adapter/validity_builder.h"
#include "io/arrow_adapter/value_decoder.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Column;

/// `Stored` in the file, `Value` in memory.
template <class Stored, class Value>
class FlatNumbers final : public FlatColumn, private PageCursor {
 public:
  FlatNumbers(ColumnPages pages, DataType type, arrow::MemoryPool& pool)
      : PageCursor(std::move(pages)), type_(std::move(type)), decoder_(descriptor(), pool) {}

  void skip(std::int64_t rows) override { pass(rows); }
  Column read(const RowSelection& rows) override {
    const std::size_t count = rows.count();
    BufferBuilder values(count * sizeof(Value));
    ValidityBuilder validity(count);
    auto* out = values.template as<Value>();
    std::size_t done = 0;
    walk(rows, [&](const Block& block) {
      if (block.num_present < block.num_rows) {
        done += take_spaced(block, out + done, done, validity);
      } else {
        done += take_dense(block, out + done);
      }
    });
    const std::int64_t num_nulls = validity.num_nulls();
    return {type_,
            columnar::Layout::kPlain,
            static_cast<std::int64_t>(count),
            validity.finish(),
            values.finish(),
            {},
            num_nulls};
  }

 private:
  using StoredValue = typename Stored::c_type;

  std::size_t take_dense(const Block& block, Value* out) {
    const auto see_nothing = [](std::size_t, std::size_t) {};
    if (decoder_.is_coded()) {
      decoder_.decode_codes(codes_.data(), block.num_rows);
      const StoredValue* dictionary = decoder_.dictionary().data();
      return pick(block, out, [&](std::size_t row) { return dictionary[codes_[row]]; }, see_nothing);
    }
    if constexpr (std::is_same_v<StoredValue, Value>) {
      if (block.all_wanted) {
        decoder_.decode(out, block.num_rows);
        return static_cast<std::size_t>(block.num_rows);
      }
    }
    decoder_.decode(values_.data(), block.num_rows);
    return pick(block, out, [&](std::size_t row) { return values_[row]; }, see_nothing);
  }

  std::size_t take_spaced(const Block& block, Value* out, std::size_t done, ValidityBuilder& validity) {
    decoder_.decode(values_.data(), block.num_present);
    // From behind, as every value goes to its row or further back.
    auto from = static_cast<std::size_t>(block.num_present);
    for (auto row = static_cast<std::size_t>(block.num_rows); row-- > 0;)
      values_[row] = levels()[row] != 0 ? values_[--from] : StoredValue{};
    return pick(
        block, out, [&](std::size_t row) { return values_[row]; },
        [&](std::size_t row, std::size_t to) {
          if (levels()[row] == 0) validity.set_null(done + to);
        });
  }

  /// Puts the values of the wanted rows side by side. Answers how many there are. `see` is told of each row
  /// and where it went.
  template <class ValueOf, class See>
  static std::size_t pick(const Block& block, Value* out, ValueOf&& value_of, See&& see) {
    if (block.all_wanted) {
      const auto count = static_cast<std::size_t>(block.num_rows);
      for (std::size_t row = 0; row < count; ++row) {
        out[row] = static_cast<Value>(value_of(row));
        see(row, row);
      }
      return count;
    }
    for (std::size_t i = 0; i < block.wanted.size(); ++i) {
      const auto row = static_cast<std::size_t>(block.wanted[i] - block.begin);
      out[i] = static_cast<Value>(value_of(row));
      see(row, i);
    }
    return block.wanted.size();
  }

  void take_dictionary(const parquet::DictionaryPage& page) override { decoder_.take_dictionary(page); }
  void take_values(parquet::Encoding::type encoding, int most, const std::uint8_t* data, int size) override {
    decoder_.take_values(encoding, most, data, size);
  }
  void drop_values(int count) override {
    if (decoder_.is_coded()) {
      decoder_.decode_codes(codes_.data(), count);
    } else {
      decoder_.decode(values_.data(), count);
    }
  }

  DataType type_;
  ValueDecoder<Stored> decoder_;
  std::array<StoredValue, kBlockRows> values_;
  std::array<std::int32_t, kBlockRows> codes_;
};

}  // namespace

std::unique_ptr<FlatColumn> make_flat_numbers(ColumnPages pages, const DataType& type,
                                              arrow::MemoryPool& pool) {
  const parquet::Type::type stored = pages.descriptor.physical_type();
  const auto make = [&]<class Stored, class Value>() -> std::unique_ptr<FlatColumn> {
    return std::make_unique<FlatNumbers<Stored, Value>>(std::move(pages), type, pool);
  };
  const int width = type.byte_width();
  switch (stored) {
    case parquet::Type::INT32:
      if (width == 1) return make.template operator()<parquet::Int32Type, std::int8_t>();
      if (width == 2) return make.template operator()<parquet::Int32Type, std::int16_t>();
      if (width == 4) return make.template operator()<parquet::Int32Type, std::int32_t>();
      return make.template operator()<parquet::Int32Type, columnar::int128_t>();
    case parquet::Type::INT64:
      if (width == 8) return make.template operator()<parquet::Int64Type, std::int64_t>();
      return make.template operator()<parquet::Int64Type, columnar::int128_t>();
    case parquet::Type::FLOAT:
      return make.template operator()<parquet::FloatType, float>();
    case parquet::Type::DOUBLE:
      return make.template operator()<parquet::DoubleType, double>();
    default:
      throw InternalError("numbers of " + type.to_string() + " in a column that is not flat");
  }
}

}  // namespace treadle::io

#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "io/csv/column_builder.h"
#include "io/csv/parse_number.h"

namespace treadle::csv {

/// Columns of values of a fixed width. A Parser has
///
///     using Value;
///     bool fast(const std::uint8_t* text, std::uint32_t size, Value&);   // may read 32 bytes; false:
///     parse() decides Parsed parse(std::string_view text, Value&);
template <class Parser>
class ValueBuilder : public ColumnBuilder {
 public:
  using Value = typename Parser::Value;

  ValueBuilder(DataType type, Parser parser, const NullSpellings& nulls)
      : type_(std::move(type)), parser_(std::move(parser)), nulls_(nulls) {}

  std::size_t append(const FieldColumn& fields) override {
    if (num_rows_ == 0) values_.restart();
    values_.reserve((num_rows_ + fields.num_rows) * sizeof(Value), num_rows_ * sizeof(Value));
    const std::size_t taken =
        fields.plain && !nulls_.resemble_values() ? append_plain(fields) : append_decoded(fields);
    num_rows_ += taken;
    return taken;
  }

  columnar::Column finish() override {
    const std::size_t rows = std::exchange(num_rows_, 0);
    const std::int64_t null_count = null_rows_.count();
    BufferPtr validity = null_rows_.finish(rows);
    return columnar::Column(type_, columnar::Layout::kPlain, static_cast<std::int64_t>(rows),
                            std::move(validity), share_values(rows), {}, null_count);
  }

  void restart() override {
    num_rows_ = 0;
    null_rows_.clear();
    has_odd_values_ = false;
  }

 protected:
  virtual BufferPtr share_values(std::size_t rows) { return values_.share(rows * sizeof(Value)); }
  RecycledBuffer values_;

 private:
  std::size_t append_plain(const FieldColumn& fields) {
    // Copies in registers: what is written could else be taken to change them.
    Parser parser = parser_;
    Value* out = values_.as<Value>() + num_rows_;
    const std::uint8_t* const text = fields.text;
    const std::uint32_t* edges = fields.edges;
    const std::size_t stride = fields.stride, rows = fields.num_rows;
    for (std::size_t row = 0; row < rows; ++row, edges += stride) {
      const std::uint32_t begin = edges[0] + 1;
      if (parser.fast(text + begin, edges[1] - begin, out[row])) [[likely]]
        continue;
      if (!take({fields.raw(row), false, false}, out[row], num_rows_ + row)) return row;
    }
    return rows;
  }

  std::size_t append_decoded(const FieldColumn& fields) {
    Value* out = values_.as<Value>() + num_rows_;
    for (std::size_t row = 0; row < fields.num_rows; ++row) {
      const FieldText field = fields.decode(row, scratch_);
      const bool may_be_null = nulls_.resemble_values() && nulls_.is_null(field);
      if (!may_be_null && !field.in_scratch) {
        const auto* text = reinterpret_cast<const std::uint8_t*>(field.text.data());
        if (parser_.fast(text, static_cast<std::uint32_t>(field.text.size()), out[row])) continue;
      }
      if (!take(field, out[row], num_rows_ + row)) return row;
    }
    return fields.num_rows;
  }

  /// The careful way, kept out of the loops. False: no value of the type.
  [[gnu::noinline]] bool take(const FieldText& field, Value& out, std::size_t row) {
    if (nulls_.is_null_value(field)) {
      out = Value();
      null_rows_.add(row);
      return true;
    }
    const Parsed parsed = parser_.parse(field.text, out);
    has_odd_values_ |= parsed == Parsed::kOdd;
    return parsed == Parsed::kYes || parsed == Parsed::kOdd;
  }

  DataType type_;
  Parser parser_;
  const NullSpellings& nulls_;
  NullRows null_rows_;
  std::size_t num_rows_ = 0;
  std::string scratch_;
};

}  // namespace treadle::csv

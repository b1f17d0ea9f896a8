#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "columnar/format.h"
#include "io/writers/text_encoder.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Layout;

/// Which text needs quotes, by its bytes.
class Quoting {
 public:
  explicit Quoting(char delimiter) {
    for (const char character : {delimiter, '"', '\n', '\r'})
      special_[static_cast<unsigned char>(character)] = true;
  }

  void append(std::string& out, std::string_view text) const {
    if (needs_quotes(text)) return append_in_quotes(out, text);
    out += text;
  }

 private:
  bool needs_quotes(std::string_view text) const {
    return text.empty() || text.front() == ' ' || text.back() == ' ' ||
           std::ranges::any_of(
               text, [&](char character) { return special_[static_cast<unsigned char>(character)]; });
  }

  std::array<bool, 256> special_ = {};
};

/// The fields of one column of one batch.
class CsvColumn {
 public:
  CsvColumn(const Column& column, const Quoting& quoting)
      : column_(column), quoting_(quoting), formatter_(column), text_(column.type().id() == TypeId::kUtf8) {
    if (text_ && column.layout() == Layout::kDictionary && column.dictionary()->length() <= column.length()) {
      encode_dictionary();
    }
  }

  void append(std::string& out, std::int64_t row) {
    if (!column_.is_valid(row)) return;
    if (!encoded_.empty()) {
      out += encoded_[static_cast<std::size_t>(column_.values_as<std::int32_t>()[row])];
    } else if (text_) {
      quoting_.append(out, column_.text(row));
    } else if (column_.type().is_nested()) {
      // Lists and structs have commas of their own.
      scratch_.clear();
      formatter_.append(scratch_, row);
      quoting_.append(out, scratch_);
    } else {
      formatter_.append(out, row);
    }
  }

 private:
  void encode_dictionary() {
    const Column& values = *column_.dictionary();
    encoded_.resize(static_cast<std::size_t>(values.length()));
    for (std::int64_t i = 0; i < values.length(); ++i) {
      quoting_.append(encoded_[static_cast<std::size_t>(i)], values.text(i));
    }
  }

  const Column& column_;
  const Quoting& quoting_;
  columnar::ValueFormatter formatter_;
  bool text_;
  std::vector<std::string> encoded_;  // by code, if the column is dictionary-coded
  std::string scratch_;
};

class CsvEncoder final : public TextEncoder {
 public:
  explicit CsvEncoder(const CsvWriteOptions& options)
      : delimiter_(options.delimiter), header_(options.header), quoting_(options.delimiter) {}

  void begin(std::string& out, const Schema& schema) override {
    if (!header_) return;
    for (std::size_t i = 0; i < schema.num_fields(); ++i) {
      if (i > 0) out += delimiter_;
      quoting_.append(out, schema.field(i).name);
    }
    out += '\n';
  }

  void append(std::string& out, const Batch& batch) override {
    std::vector<CsvColumn> columns;
    columns.reserve(batch.columns().size());
    for (const Column& column : batch.columns()) columns.emplace_back(column, quoting_);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      for (CsvColumn& column : columns) {
        column.append(out, row);
        out += delimiter_;
      }
      if (columns.empty()) out += delimiter_;
      end_row(out, columns.size(), batch, row);
    }
  }

  void end(std::string&) override {}

 private:
  /// Puts the line's end in the last delimiter's place.
  static void end_row(std::string& out, std::size_t num_columns, const Batch& batch, std::int64_t row) {
    out.back() = '\n';
    // A lone null would be a blank line, which readers skip.
    if (num_columns == 1 && !batch.column(0).is_valid(row)) out.insert(out.size() - 1, "\"\"");
  }

  char delimiter_;
  bool header_;
  Quoting quoting_;
};

}  // namespace

void append_in_quotes(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : text) {
    if (character == '"') out += '"';
    out += character;
  }
  out += '"';
}

std::unique_ptr<TextEncoder> make_csv_encoder(const CsvWriteOptions& options) {
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r') {
    throw InvalidArgument("the delimiter must be neither a quote nor the end of a line");
  }
  return std::make_unique<CsvEncoder>(options);
}

}  // namespace treadle::io

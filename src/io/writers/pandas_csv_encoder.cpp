#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/format.h"
#include "io/writers/text_encoder.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

/// As Python's repr() prints it: the fewest digits that read back the same, an exponent below 1e-4 and from
/// 1e16 on.
void append_python_float(std::string& out, double value) {
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  char text[40];
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
  char* end = std::to_chars(text, text + sizeof text - 2, value,
                            plain ? std::chars_format::fixed : std::chars_format::scientific)
                  .ptr;
  if (plain && std::find(text, end, '.') == end) {
    *end++ = '.';
    *end++ = '0';
  }
  out.append(text, static_cast<std::size_t>(end - text));
}

class Field {
 public:
  Field(const Column& column, const PandasCsv& options)
      : column_(column), options_(options), formatter_(column), id_(column.type().id()) {}

  void append(std::string& out, std::int64_t row) {
    if (!column_.is_valid(row)) {
      out += options_.null_text;
      return;
    }
    switch (id_) {
      case TypeId::kBool:
        out += columnar::get_bit(column_.values()->data(), row) ? "True" : "False";
        return;
      case TypeId::kFloat64: {
        const double value = column_.values_as<double>()[row];
        if (std::isnan(value)) {
          out += options_.null_text;
        } else {
          append_python_float(out, value);
        }
        return;
      }
      case TypeId::kUtf8:
        append_quoted(out, column_.text(row), options_.delimiter);
        return;
      default:
        scratch_.clear();
        formatter_.append(scratch_, row);
        append_quoted(out, scratch_, options_.delimiter);
    }
  }

  static void append_quoted(std::string& out, std::string_view text, char delimiter) {
    const bool quote = std::ranges::any_of(text, [delimiter](char character) {
      return character == delimiter || character == '"' || character == '\n' || character == '\r';
    });
    if (quote) return append_in_quotes(out, text);
    out += text;
  }

 private:
  const Column& column_;
  const PandasCsv& options_;
  columnar::ValueFormatter formatter_;
  TypeId id_;
  std::string scratch_;
};

class PandasCsvEncoder final : public TextEncoder {
 public:
  explicit PandasCsvEncoder(PandasCsv options) : options_(std::move(options)) {}

  void begin(std::string& out, const Schema& schema) override {
    if (!options_.header) return;
    const std::vector<std::string> names = options_.names.empty() ? schema.names() : options_.names;
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i > 0) out += options_.delimiter;
      Field::append_quoted(out, names[i], options_.delimiter);
    }
    end_row(out, begin, names.size());
  }

  void append(std::string& out, const Batch& batch) override {
    std::vector<Field> fields;
    fields.reserve(batch.columns().size());
    for (const Column& column : batch.columns()) fields.emplace_back(column, options_);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      const std::size_t begin = out.size();
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) out += options_.delimiter;
        fields[i].append(out, row);
      }
      end_row(out, begin, fields.size());
    }
  }

  void end(std::string&) override {}

 private:
  static void end_row(std::string& out, std::size_t begin, std::size_t num_fields) {
    // A lone empty field would be a blank line, which readers skip.
    if (num_fields == 1 && out.size() == begin) out += "\"\"";
    out += '\n';
  }

  PandasCsv options_;
};

}  // namespace

std::unique_ptr<TextEncoder> make_pandas_csv_encoder(PandasCsv options) {
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r') {
    throw InvalidArgument("the delimiter must be neither a quote nor the end of a line");
  }
  return std::make_unique<PandasCsvEncoder>(std::move(options));
}

}  // namespace treadle::io

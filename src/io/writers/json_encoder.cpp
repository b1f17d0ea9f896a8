#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "columnar/format.h"
#include "io/writers/text_encoder.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

void append_escaped(std::string& out, unsigned char character) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (character) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += {'\\', 'u', '0', '0', kDigits[character >> 4], kDigits[character & 15]};
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto character = static_cast<unsigned char>(text[i]);
    if (character >= 0x20 && character != '"' && character != '\\') continue;
    out += text.substr(done, i - done);
    append_escaped(out, character);
    done = i + 1;
  }
  out += text.substr(done);
  out += '"';
}

/// How values of a type stand in JSON.
enum class Form : std::uint8_t { kBare, kFloat32, kFloat64, kText, kQuoted, kList, kStruct };

Form form_of(const DataType& type) {
  switch (type.id()) {
    case TypeId::kFloat32:
      return Form::kFloat32;
    case TypeId::kFloat64:
      return Form::kFloat64;
    case TypeId::kUtf8:
      return Form::kText;
    case TypeId::kList:
      return Form::kList;
    case TypeId::kStruct:
      return Form::kStruct;
    case TypeId::kBool:
    case TypeId::kDecimal128:
      return Form::kBare;
    default:
      return type.is_integer() ? Form::kBare : Form::kQuoted;
  }
}

/// The values of one column, nested ones by the columns below it.
class JsonColumn {
 public:
  explicit JsonColumn(const Column& column) : column_(column), form_(form_of(column.type())) {
    if (!column.type().is_nested()) formatter_.emplace(column);
    for (std::size_t i = 0; i < column.children().size(); ++i) {
      children_.emplace_back(column.children()[i]);
      names_.emplace_back(i == 0 ? "{" : ", ");
      append_string(names_.back(), column.type().fields()[i].name);
      names_.back() += ": ";
    }
  }

  void append(std::string& out, std::int64_t row) {
    if (!column_.is_valid(row) || column_.type().id() == TypeId::kNull) {
      out += "null";
      return;
    }
    switch (form_) {
      case Form::kBare:
        formatter_->append(out, row);
        break;
      case Form::kFloat32:
        append_number(out, row, column_.values_as<float>()[row]);
        break;
      case Form::kFloat64:
        append_number(out, row, column_.values_as<double>()[row]);
        break;
      case Form::kText:
        append_string(out, column_.text(row));
        break;
      case Form::kQuoted:
        out += '"';
        formatter_->append(out, row);
        out += '"';
        break;
      case Form::kList:
        append_list(out, row);
        break;
      case Form::kStruct:
        append_struct(out, row);
        break;
    }
  }

 private:
  void append_number(std::string& out, std::int64_t row, double value) {
    if (std::isfinite(value)) {
      formatter_->append(out, row);
    } else {
      out += "null";
    }
  }

  void append_list(std::string& out, std::int64_t row) {
    const auto* offsets = column_.values_as<std::int32_t>();
    out += '[';
    for (std::int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
      if (i > offsets[row]) out += ", ";
      children_.front().append(out, i);
    }
    out += ']';
  }

  void append_struct(std::string& out, std::int64_t row) {
    if (children_.empty()) out += '{';
    for (std::size_t i = 0; i < children_.size(); ++i) {
      out += names_[i];
      children_[i].append(out, row);
    }
    out += '}';
  }

  const Column& column_;
  Form form_;
  std::optional<columnar::ValueFormatter> formatter_;
  std::vector<JsonColumn> children_;
  std::vector<std::string> names_;  // of the children, with what stands around them
};

class JsonEncoder final : public TextEncoder {
 public:
  explicit JsonEncoder(bool lines) : lines_(lines) {}

  void begin(std::string& out, const Schema& schema) override {
    if (!lines_) out += '[';
    for (const Field& field : schema.fields()) {
      names_.emplace_back(names_.empty() ? "{" : ", ");
      append_string(names_.back(), field.name);
      names_.back() += ": ";
    }
  }

  void append(std::string& out, const Batch& batch) override {
    std::vector<JsonColumn> columns;
    columns.reserve(batch.columns().size());
    for (const Column& column : batch.columns()) columns.emplace_back(column);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      if (!lines_) out += any_ ? ",\n" : "\n";
      any_ = true;
      if (columns.empty()) out += '{';
      for (std::size_t i = 0; i < columns.size(); ++i) {
        out += names_[i];
        columns[i].append(out, row);
      }
      out += lines_ ? "}\n" : "}";
    }
  }

  void end(std::string& out) override {
    if (!lines_) out += any_ ? "\n]\n" : "]\n";
  }

 private:
  bool lines_;
  bool any_ = false;
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<TextEncoder> make_json_encoder(bool lines) { return std::make_unique<JsonEncoder>(lines); }

}  // namespace treadle::io

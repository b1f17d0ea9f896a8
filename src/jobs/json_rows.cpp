#include "jobs/json_rows.h"

#include <algorithm>
#include <cmath>

#include "columnar/batch.h"
#include "columnar/format.h"

namespace treadle::jobs {
namespace {

double float_at(const columnar::Column& column, std::int64_t row) {
  return column.type().id() == TypeId::kFloat32 ? column.values_as<float>()[row]
                                                : column.values_as<double>()[row];
}

// Writes the values of one column; nested ones by recursion over their children.
class ValueWriter {
 public:
  explicit ValueWriter(const columnar::Column& column) : column_(column), formatter_(column) {
    for (const columnar::Column& child : column.children()) children_.emplace_back(child);
  }

  void append(std::string& out, std::int64_t row) {
    if (!column_.is_valid(row) || column_.type().id() == TypeId::kNull) {
      out += "null";
    } else if (column_.type().id() == TypeId::kList) {
      append_list(out, row);
    } else if (column_.type().id() == TypeId::kStruct) {
      append_struct(out, row);
    } else if (column_.type().is_float() && !std::isfinite(float_at(column_, row))) {
      out += "null";
    } else if (is_bare()) {
      formatter_.append(out, row);
    } else {
      text_.clear();
      formatter_.append(text_, row);
      append_json_text(out, text_);
    }
  }

 private:
  // Whether the values' text is JSON as it is.
  bool is_bare() const {
    const DataType& type = column_.type();
    return type.is_float() || type.is_integer() || type.id() == TypeId::kBool;
  }

  void append_list(std::string& out, std::int64_t row) {
    const auto* offsets = column_.values_as<std::int32_t>();
    out += '[';
    for (std::int32_t i = offsets[row]; i < offsets[row + 1]; ++i) {
      if (i > offsets[row]) out += ',';
      children_[0].append(out, i);
    }
    out += ']';
  }

  void append_struct(std::string& out, std::int64_t row) {
    out += '{';
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (i > 0) out += ',';
      append_json_text(out, column_.type().fields()[i].name);
      out += ':';
      children_[i].append(out, row);
    }
    out += '}';
  }

  const columnar::Column& column_;
  columnar::ValueFormatter formatter_;
  std::vector<ValueWriter> children_;
  std::string text_;
};

std::vector<ValueWriter> writers(const columnar::Batch& batch) {
  std::vector<ValueWriter> out;
  for (const columnar::Column& column : batch.columns()) out.emplace_back(column);
  return out;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json_columns(std::string& out, const Schema& schema) {
  out += '[';
  for (std::size_t i = 0; i < schema.num_fields(); ++i) {
    out += i > 0 ? ",{\"name\":" : "{\"name\":";
    append_json_text(out, schema.field(i).name);
    out += ",\"type\":";
    append_json_text(out, schema.field(i).type.to_string());
    out += '}';
  }
  out += ']';
}

void append_json_rows(std::string& out, const Table& table, std::int64_t max_rows) {
  out += '[';
  bool first = true;
  for (const columnar::Batch& batch : table.batches()) {
    std::vector<ValueWriter> values = writers(batch);
    const std::int64_t rows = std::min(batch.num_rows(), max_rows);
    for (std::int64_t row = 0; row < rows; ++row, first = false) {
      out += first ? "[" : ",[";
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) out += ',';
        values[i].append(out, row);
      }
      out += ']';
    }
    max_rows -= rows;
  }
  out += ']';
}

}  // namespace treadle::jobs

#include "columnar/functions/text_joining.h"

#include <algorithm>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// str.concat: texts one behind the other, with a separator between them; null if one of them is.
namespace treadle::columnar::functions {
namespace {

/// One part of the joined text: a column, or a text that is the same for all rows.
struct Part {
  explicit Part(const Datum& datum) {
    if (is_scalar(datum))
      text = std::get<std::string>(scalar_of(datum).storage());
    else
      column = &column_of(datum);
  }
  std::string_view operator[](std::int64_t row) const noexcept {
    return column != nullptr ? column->text(row) : text;
  }
  const Column* column = nullptr;
  std::string_view text;
};

Column join_rows(const std::vector<Part>& parts, std::string_view separator, std::int64_t rows,
                 const BufferPtr& validity) {
  TextBuilder builder;
  builder.reserve(rows, 0);
  std::string out;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (validity != nullptr && !get_bit(validity->data(), row)) {
      builder.append_null();
      continue;
    }
    out.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i != 0) out += separator;
      out += parts[i][row];
    }
    builder.append(out);
  }
  return builder.finish();
}

Column join(std::span<const Datum> datums, std::string_view separator, std::int64_t rows) {
  std::vector<Part> parts;
  const Column* only = nullptr;
  std::size_t place = 0, columns = 0;
  for (const Datum& datum : datums) {
    parts.emplace_back(datum);
    if (is_scalar(datum)) continue;
    only = &column_of(datum);
    place = parts.size() - 1;
    ++columns;
  }
  if (columns != 1) return join_rows(parts, separator, rows, joint_validity(datums, rows));
  return over_values(*only, [&](const Column& values) {
    parts[place].column = &values;
    return join_rows(parts, separator, values.length(), values.validity());
  });
}

Datum run_concatenate(Arguments arguments, std::int64_t length, const DataType& result) {
  const std::string_view separator = is_null_scalar(arguments[0])
                                         ? std::string_view()
                                         : text_parameter(arguments[0], "str.concat", "separator");
  return run_null_in_null_out(arguments.subspan(1), length, result,
                              [&](Arguments row, std::int64_t rows) { return join(row, separator, rows); });
}

ResolvedFunction resolve_concatenate(std::span<const DataType> types) {
  const bool all_text = std::all_of(types.begin(), types.end(), [](const DataType& type) {
    return type.id() == TypeId::kUtf8 || type.id() == TypeId::kNull;
  });
  if (!all_text) throw_no_kernel("str.concat", "text: the separator and what it separates", types);
  return {TypeId::kUtf8, std::vector<DataType>(types.size(), TypeId::kUtf8), run_concatenate};
}

}  // namespace

Datum run_concatenate_pair(std::span<const Datum> arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result,
                              [](Arguments row, std::int64_t rows) { return join(row, {}, rows); });
}

void register_text_joining(FunctionRegistry& registry) {
  registry.add({"str.concat", 2, SIZE_MAX, resolve_concatenate});
}

}  // namespace treadle::columnar::functions

#include "columnar/functions/text_kernel.h"

#include "columnar/functions/types.h"
#include "columnar/selection.h"
#include "columnar/text_layout.h"

namespace treadle::columnar::functions {
namespace {

/// Values whose results agree get one code; values without a result make their rows null.
Column recoded(const Column& column, const Column& results) {
  const Column coded = to_dictionary(results);
  const auto *codes = column.values_as<std::int32_t>(), *moved = coded.values_as<std::int32_t>();
  BufferBuilder out(static_cast<std::size_t>(column.length()) * 4);
  for (std::int64_t row = 0; row < column.length(); ++row)
    out.as<std::int32_t>()[row] = column.is_valid(row) ? moved[codes[row]] : 0;
  BufferPtr validity = column.validity();
  if (!coded.has_no_nulls()) {
    validity = bits_from_rows(column.length(), [&](std::int64_t row) {
      return column.is_valid(row) && coded.is_valid(codes[row]);
    });
  }
  return Column::dictionary_coded(column.length(), std::move(validity), out.finish(), coded.dictionary());
}

Column looked_up(const Column& column, const Column& results) {
  std::vector<std::int64_t> codes(static_cast<std::size_t>(column.length()));
  const auto* from = column.values_as<std::int32_t>();
  for (std::int64_t row = 0; row < column.length(); ++row)
    codes[static_cast<std::size_t>(row)] = column.is_valid(row) ? from[row] : -1;
  return take(results, codes);
}

}  // namespace

Column over_values(const Column& column, const std::function<Column(const Column&)>& compute) {
  if (column.layout() != Layout::kDictionary) return compute(column);
  // A short slice of a column with a large dictionary: its rows are fewer than the values.
  if (column.dictionary()->length() > column.length()) return compute(to_views(column));
  const Column results = compute(*column.dictionary());
  return is_text(results.type()) ? recoded(column, results) : looked_up(column, results);
}

ResolvedFunction resolve_text(std::span<const DataType> types, std::string_view name, const DataType& result,
                              std::initializer_list<TypeId> parameters, Kernel kernel) {
  ResolvedFunction out{result, {TypeId::kUtf8}, kernel};
  const bool is_text_or_null = types[0].id() == TypeId::kUtf8 || types[0].id() == TypeId::kNull;
  if (!is_text_or_null) throw_no_kernel(name, "text", types.first(1));
  for (std::size_t i = 1; i < types.size(); ++i) {
    const DataType wanted = parameters.begin()[i - 1];
    const bool fits = types[i] == wanted || types[i].id() == TypeId::kNull ||
                      (wanted.is_integer() && types[i].is_integer());
    if (!fits)
      throw_no_kernel(
          name, "text and parameters of which number " + std::to_string(i) + " is " + wanted.to_string(),
          types);
    out.arguments.push_back(wanted);
  }
  return out;
}

}  // namespace treadle::columnar::functions

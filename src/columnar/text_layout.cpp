#include "columnar/text_layout.h"

#include <unordered_map>

#include "columnar/builder.h"
#include "columnar/text_reader.h"

namespace treadle::columnar {
namespace {

Column views_of_plain(const Column& column) {
  const PlainTextReader text(column);
  const std::int32_t* offsets = column.values_as<std::int32_t>();
  BufferBuilder views(static_cast<std::size_t>(column.length()) * sizeof(TextView));
  for (std::int64_t row = 0; row < column.length(); ++row) {
    views.as<TextView>()[row] = make_view(text[row], 0, offsets[row]);
  }
  return {column.type(),  Layout::kView, column.length(),    column.validity(),
          views.finish(), column.data(), column.null_count()};
}

Column views_of_dictionary(const Column& column) {
  const Column values = views_of_plain(*column.dictionary());
  const auto* from = values.values_as<TextView>();
  const auto* codes = column.values_as<std::int32_t>();
  BufferBuilder views(static_cast<std::size_t>(column.length()) * sizeof(TextView));
  for (std::int64_t row = 0; row < column.length(); ++row) {
    views.as<TextView>()[row] = column.is_valid(row) ? from[codes[row]] : make_view({}, 0, 0);
  }
  return {column.type(),  Layout::kView, column.length(),    column.validity(),
          views.finish(), values.data(), column.null_count()};
}

}  // namespace

Column to_views(const Column& column) {
  switch (column.layout()) {
    case Layout::kView:
      return column;
    case Layout::kDictionary:
      return views_of_dictionary(column);
    case Layout::kPlain:
      break;
  }
  return views_of_plain(column);
}

Column to_dictionary(const Column& column) {
  if (column.layout() == Layout::kDictionary) return column;
  TextBuilder values;
  std::unordered_map<std::string_view, std::int32_t> known;
  BufferBuilder codes(static_cast<std::size_t>(column.length()) * 4);
  visit_text(column, [&](const auto& text) {
    for (std::int64_t row = 0; row < column.length(); ++row) {
      if (!column.is_valid(row)) {
        codes.as<std::int32_t>()[row] = 0;
        continue;
      }
      // The key may point into a view, which stays where it is as long as the column does.
      const auto [found, added] = known.emplace(column.text(row), static_cast<std::int32_t>(known.size()));
      if (added) values.append(text[row]);
      codes.as<std::int32_t>()[row] = found->second;
    }
  });
  return Column::dictionary_coded(column.length(), column.validity(), codes.finish(),
                                  std::make_shared<const Column>(values.finish(column.type())),
                                  column.null_count());
}

}  // namespace treadle::columnar

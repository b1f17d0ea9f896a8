#include "io/category_coder.h"

#include "columnar/builder.h"
#include "columnar/text_reader.h"
#include "treadle/error.h"

namespace treadle::io {

using columnar::Column;
using columnar::Layout;

CategoryCoder::CategoryCoder(const std::vector<std::string>& categories) {
  columnar::TextBuilder builder;
  for (const std::string& category : categories) builder.append(category);
  categories_ = std::make_shared<const Column>(builder.finish());
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(categories.size()); ++i) {
    if (!places_.emplace(categories_->text(i), i).second) {
      throw InvalidArgument("expected each category once, found \"" + std::string(categories_->text(i)) +
                            "\" twice");
    }
  }
}

std::int32_t CategoryCoder::place_of(std::string_view text) const {
  const auto found = places_.find(text);
  return found == places_.end() ? kNone : found->second;
}

const std::vector<std::int32_t>& CategoryCoder::places_of(const std::shared_ptr<const Column>& dictionary) {
  if (seen_ == dictionary) return places_of_seen_;
  seen_ = dictionary;
  places_of_seen_.clear();
  for (std::int64_t i = 0; i < dictionary->length(); ++i)
    places_of_seen_.push_back(place_of(dictionary->text(i)));
  return places_of_seen_;
}

Column CategoryCoder::code(const Column& column) {
  columnar::FixedBuilder<std::int32_t> codes;
  codes.reserve(column.length());
  const auto code_each = [&](const auto& place) {
    for (std::int64_t row = 0; row < column.length(); ++row) {
      const std::int32_t code = column.is_valid(row) ? place(row) : kNone;
      code == kNone ? codes.append_null() : codes.append(code);
    }
  };
  if (column.layout() == Layout::kDictionary) {
    const std::vector<std::int32_t>& places = places_of(column.dictionary());
    const auto* own = column.values_as<std::int32_t>();
    code_each([&](std::int64_t row) { return places[static_cast<std::size_t>(own[row])]; });
  } else {
    columnar::visit_text(
        column, [&](const auto& text) { code_each([&](std::int64_t row) { return place_of(text[row]); }); });
  }
  const Column coded = codes.finish(TypeId::kInt32);
  return Column::dictionary_coded(coded.length(), coded.validity(), coded.values(), categories_,
                                  coded.null_count());
}

}  // namespace treadle::io

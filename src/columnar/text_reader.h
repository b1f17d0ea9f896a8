#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "columnar/column.h"
#include "columnar/text_view.h"

// Reading text without asking for the layout at every row: visit_text() asks once and hands a reader to the
// loop. Readers look at no validity: rows that are null must not be read. They live no longer than the
// column.
namespace treadle::columnar {

class PlainTextReader {
 public:
  explicit PlainTextReader(const Column& column)
      : offsets_(column.values_as<std::int32_t>()),
        bytes_(column.data().empty() ? nullptr : reinterpret_cast<const char*>(column.data()[0]->data())) {}
  std::string_view operator[](std::int64_t row) const noexcept {
    return {bytes_ + offsets_[row], static_cast<std::size_t>(offsets_[row + 1] - offsets_[row])};
  }

 private:
  const std::int32_t* offsets_;
  const char* bytes_;
};

class ViewTextReader {
 public:
  explicit ViewTextReader(const Column& column) : views_(column.values_as<TextView>()) {
    buffers_.reserve(column.data().size());
    for (const BufferPtr& buffer : column.data())
      buffers_.push_back(reinterpret_cast<const char*>(buffer->data()));
  }
  std::string_view operator[](std::int64_t row) const noexcept {
    const TextView& view = views_[row];
    const auto size = static_cast<std::size_t>(view.size);
    if (view.size <= kInlineText) return {view.inlined, size};
    return {buffers_[static_cast<std::size_t>(view.far.buffer)] + view.far.offset, size};
  }

 private:
  const TextView* views_;
  std::vector<const char*> buffers_;
};

class DictionaryTextReader {
 public:
  explicit DictionaryTextReader(const Column& column)
      : codes_(column.values_as<std::int32_t>()), values_(*column.dictionary()) {}
  std::string_view operator[](std::int64_t row) const noexcept { return values_[codes_[row]]; }

 private:
  const std::int32_t* codes_;
  PlainTextReader values_;
};

/// Calls `f` with the reader for the layout of `column`, which is text or binary.
template <class F>
decltype(auto) visit_text(const Column& column, F&& f) {
  switch (column.layout()) {
    case Layout::kView:
      return f(ViewTextReader(column));
    case Layout::kDictionary:
      return f(DictionaryTextReader(column));
    case Layout::kPlain:
      break;
  }
  return f(PlainTextReader(column));
}

}  // namespace treadle::columnar

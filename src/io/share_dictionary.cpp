#include "io/share_dictionary.h"

#include <cstring>

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::Layout;

/// Of plain text without nulls, which is what dictionaries hold.
bool same_text(const Column& a, const Column& b) {
  const auto rows = static_cast<std::size_t>(a.length());
  if (a.length() != b.length() || a.type() != b.type()) return false;
  if (rows == 0) return true;
  const auto *left = a.values_as<std::int32_t>(), *right = b.values_as<std::int32_t>();
  for (std::size_t i = 0; i < rows; ++i) {
    if (left[i + 1] - left[i] != right[i + 1] - right[i]) return false;
  }
  const auto bytes = static_cast<std::size_t>(left[rows] - left[0]);
  return bytes == 0 || std::memcmp(a.data()[0]->data() + left[0], b.data()[0]->data() + right[0], bytes) == 0;
}

bool same_dictionary(const Column& a, const Column& b) {
  const bool plain = a.layout() == Layout::kPlain && b.layout() == Layout::kPlain;
  return plain && a.has_no_nulls() && b.has_no_nulls() && same_text(a, b);
}

}  // namespace

Column share_dictionary(const Column& column, std::shared_ptr<const Column>& latest) {
  if (column.layout() != Layout::kDictionary || column.dictionary() == latest) return column;
  if (!latest || !same_dictionary(*column.dictionary(), *latest)) {
    latest = column.dictionary();
    return column;
  }
  return Column::dictionary_coded(column.length(), column.validity(), column.values(), latest);
}

}  // namespace treadle::io

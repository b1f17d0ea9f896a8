#include "io/arrow_adapter/nan_free_columns.h"

#include <arrow/util/key_value_metadata.h>

#include <charconv>
#include <string_view>

namespace treadle::io {
namespace {

using columnar::Column;

constexpr const char* kKey = "treadle.columns_without_nan";

/// What lies under a null may be taken for one: then a file is only read where it need not be.
template <class Float>
bool has_nan(const Column& column) {
  const auto* values = column.values_as<Float>();
  bool found = false;
  for (std::int64_t row = 0; row < column.length(); ++row) found |= values[row] != values[row];
  return found;
}

}  // namespace

NanSearch::NanSearch(const Schema& schema) {
  for (const Field& field : schema.fields()) free_.push_back(field.type.is_float());
}

void NanSearch::see(const columnar::Batch& batch) {
  for (std::size_t i = 0; i < free_.size(); ++i) {
    if (!free_[i]) continue;
    const Column& column = batch.column(i);
    free_[i] = !(column.type().id() == TypeId::kFloat32 ? has_nan<float>(column) : has_nan<double>(column));
  }
}

FileMetadata NanSearch::metadata() const {
  std::string places;
  for (std::size_t i = 0; i < free_.size(); ++i) {
    if (!free_[i]) continue;
    if (!places.empty()) places += ',';
    places += std::to_string(i);
  }
  if (places.empty()) return {};
  return {{kKey, places}};
}

std::vector<std::size_t> nan_free_columns(const parquet::KeyValueMetadata* metadata) {
  std::vector<std::size_t> places;
  const int found = metadata == nullptr ? -1 : metadata->FindKey(kKey);
  if (found < 0) return places;
  const std::string& text = metadata->value(found);
  for (const char* at = text.data(); at < text.data() + text.size(); ++at) {
    std::size_t place = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), place);
    if (error != std::errc()) return {};
    places.push_back(place);
    at = end;
  }
  return places;
}

}  // namespace treadle::io

#include "dataframe/operators/ungrouped_rows.h"

#include <cmath>
#include <limits>

#include "columnar/selection.h"
#include "dataframe/operators/slice_bytes.h"

namespace treadle::dataframe {
namespace {

using columnar::Column;

template <class T>
Column one_zero_one_nan(const Column& key) {
  const auto length = static_cast<std::size_t>(key.length());
  BufferBuilder values(length * sizeof(T));
  const T* from = key.values_as<T>();
  T* to = values.as<T>();
  for (std::size_t i = 0; i < length; ++i) {
    const T value = from[i] == T{0} ? T{0} : from[i];
    to[i] = std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
  }
  return {key.type(), columnar::Layout::kPlain, key.length(), key.validity(), values.finish()};
}

}  // namespace

Column in_own_buffers(const Column& key) {
  constexpr std::int64_t kRowsPerEntry = 16;
  const bool coded = key.layout() == columnar::Layout::kDictionary;
  const bool stays = coded ? key.dictionary()->length() * kRowsPerEntry <= key.length()
                           : key.layout() == columnar::Layout::kPlain;
  return stays ? key : key.to_plain();
}

Column kept_key(const Column& key) {
  if (key.type().id() == TypeId::kFloat32) return one_zero_one_nan<float>(key);
  if (key.type().id() == TypeId::kFloat64) return one_zero_one_nan<double>(key);
  // Views point into the reader's buffers, which go away.
  return key.layout() == columnar::Layout::kView ? key.to_plain() : key;
}

columnar::Batch UngroupedRows::partial(std::size_t begin, std::size_t end) const {
  const std::vector<std::int64_t> places(row_numbers() + begin, row_numbers() + end);
  const auto first = static_cast<std::int64_t>(begin), count = static_cast<std::int64_t>(end - begin);
  std::vector<Column> columns;
  for (const Column& key : *keys) columns.push_back(in_own_buffers(columnar::take(key, places)));
  for (const Column& state : states.columns()) columns.push_back(state.slice(first, count));
  return {schema, std::move(columns), count};
}

std::size_t UngroupedRows::nbytes() const {
  std::size_t bytes = states.nbytes() + rows->size() + hashes->size();
  for (const Column& key : *keys) bytes += slice_bytes(key);
  return bytes;
}

}  // namespace treadle::dataframe

#include "io/arrow_adapter/encoding_choice.h"

#include <algorithm>
#include <utility>

#include "columnar/column.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kSampleRows = 4096;

template <class Word>
void sample(const Column& column, std::int64_t rows, std::vector<std::uint64_t>& words) {
  const Word* values = column.values_as<Word>();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (column.is_valid(row)) words.push_back(values[row]);
  }
}

// Half of the sample being different values means that a row group has too many for a dictionary to save
// space, but looking them up costs more than all other encoding.
bool hardly_repeats(std::vector<std::uint64_t> words) {
  const std::size_t all = words.size();
  std::ranges::sort(words);
  const auto repeated = std::ranges::unique(words);
  return all >= kSampleRows / 4 && (all - repeated.size()) * 2 > all;
}

}  // namespace

DictionaryChoice::DictionaryChoice(const Schema& schema) {
  for (const Field& field : schema.fields()) samples_.push_back({field.name, {}});
}

void DictionaryChoice::see(const Batch& batch) {
  const std::int64_t rows = std::min(batch.num_rows(), kSampleRows - rows_);
  if (rows <= 0 || samples_.empty()) return;
  rows_ += rows;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Column& column = batch.column(i);
    if (column.type().byte_width() == 4) sample<std::uint32_t>(column, rows, samples_[i].values);
    if (column.type().byte_width() == 8) sample<std::uint64_t>(column, rows, samples_[i].values);
  }
}

std::vector<std::string> DictionaryChoice::columns_without() {
  std::vector<std::string> names;
  for (Sample& sample : samples_) {
    if (hardly_repeats(std::move(sample.values))) names.push_back(sample.name);
  }
  samples_.clear();
  return names;
}

}  // namespace treadle::io

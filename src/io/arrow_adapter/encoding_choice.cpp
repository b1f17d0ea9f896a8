#include "io/arrow_adapter/encoding_choice.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "columnar/column.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;
using columnar::Layout;

constexpr std::int64_t kSampleRows = 4096;

template <class Word>
void sample(const Column& column, std::int64_t rows, std::vector<std::uint64_t>& words) {
  const Word* values = column.values_as<Word>();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (column.is_valid(row)) words.push_back(values[row]);
  }
}

/// The first values of a column of 4 or 8 bytes a value, as words; nothing for others.
std::vector<std::uint64_t> sample(std::span<const Batch> batches, std::size_t index) {
  std::vector<std::uint64_t> words;
  std::int64_t seen = 0;
  for (const Batch& batch : batches) {
    const Column& column = batch.column(index);
    const std::int64_t rows = std::min(batch.num_rows(), kSampleRows - seen);
    seen += rows;
    switch (column.type().byte_width()) {
      case 4:
        sample<std::uint32_t>(column, rows, words);
        break;
      case 8:
        sample<std::uint64_t>(column, rows, words);
        break;
      default:
        return {};
    }
    if (seen == kSampleRows) break;
  }
  return words;
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

std::vector<std::string> columns_without_dictionary(const Schema& schema, std::span<const Batch> rows) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < schema.num_fields(); ++i) {
    if (hardly_repeats(sample(rows, i))) names.push_back(schema.field(i).name);
  }
  return names;
}

}  // namespace treadle::io

#include "io/arrow_adapter/encoding_choice.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "columnar/column.h"
#include "columnar/type_dispatch.h"

namespace treadle::io {
namespace {

using columnar::Batch;
using columnar::Column;

constexpr std::int64_t kSampleRows = 4096;
// Arrow gives a dictionary up once it takes so much, having looked up every value until then.
constexpr std::size_t kLargestDictionary = std::size_t{1} << 20;

template <class Word>
void sample(const Column& column, std::int64_t rows, std::vector<std::uint64_t>& words) {
  const Word* values = column.values_as<Word>();
  for (std::int64_t row = 0; row < rows; ++row) {
    if (column.is_valid(row)) words.push_back(values[row]);
  }
}

void sample_text(const Column& column, std::int64_t rows, std::vector<std::uint64_t>& words,
                 std::size_t& bytes) {
  for (std::int64_t row = 0; row < rows; ++row) {
    if (!column.is_valid(row)) continue;
    const std::string_view text = column.text(row);
    words.push_back(XXH3_64bits(text.data(), text.size()));
    bytes += text.size() + sizeof(std::int32_t);
  }
}

std::size_t count_repeated(std::vector<std::uint64_t>& words) {
  std::ranges::sort(words);
  return std::ranges::unique(words).size();
}

// Half of the sample being different values means that a row group has too many for a dictionary to save
// space, but looking them up costs more than all other encoding.
bool hardly_repeats(std::vector<std::uint64_t> words) {
  const std::size_t all = words.size();
  return all >= kSampleRows / 4 && (all - count_repeated(words)) * 2 > all;
}

// Of `all` values out of n, each as likely, about all * all / 2 / n repeat another one: that tells n, and
// what a dictionary of as many texts takes.
bool outgrows_a_dictionary(std::vector<std::uint64_t> words, std::size_t bytes) {
  const std::size_t all = words.size();
  if (all < kSampleRows / 4) return false;
  const std::size_t values = all * all / (2 * count_repeated(words) + 1);
  return values * (bytes / all) > kLargestDictionary;
}

}  // namespace

DictionaryChoice::DictionaryChoice(const Schema& schema) {
  for (const Field& field : schema.fields())
    samples_.push_back({field.name, columnar::is_text(field.type), {}, 0});
}

void DictionaryChoice::see(const Batch& batch) {
  const std::int64_t rows = std::min(batch.num_rows(), kSampleRows - rows_);
  if (rows <= 0 || samples_.empty()) return;
  rows_ += rows;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const Column& column = batch.column(i);
    // What comes with a dictionary is written with it.
    const bool coded = column.layout() == columnar::Layout::kDictionary;
    if (samples_[i].is_text && !coded) sample_text(column, rows, samples_[i].values, samples_[i].text_bytes);
    if (column.type().byte_width() == 4) sample<std::uint32_t>(column, rows, samples_[i].values);
    if (column.type().byte_width() == 8) sample<std::uint64_t>(column, rows, samples_[i].values);
  }
}

std::vector<std::string> DictionaryChoice::columns_without() {
  std::vector<std::string> names;
  for (Sample& sample : samples_) {
    const bool without = sample.is_text ? outgrows_a_dictionary(std::move(sample.values), sample.text_bytes)
                                        : hardly_repeats(std::move(sample.values));
    if (without) names.push_back(sample.name);
  }
  samples_.clear();
  return names;
}

}  // namespace treadle::io

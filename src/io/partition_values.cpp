#include "io/partition_values.h"

#include <algorithm>

#include "columnar/format.h"

namespace treadle::io {
namespace {

using columnar::Column;
using columnar::Layout;

constexpr std::uint32_t kNone = UINT32_MAX;

}  // namespace

std::uint32_t ValueNumbers::number_of(const HiveValue& value) {
  const auto next = static_cast<std::uint32_t>(values_.size());
  std::uint32_t& number = value ? by_text_.try_emplace(*value, kNone).first->second : null_;
  if (number == kNone) {
    number = next;
    values_.push_back(value);
  }
  return number;
}

void ValueNumbers::assign(const Column& column, std::vector<std::uint32_t>& numbers) {
  numbers.resize(static_cast<std::size_t>(column.length()));
  if (column.layout() == Layout::kDictionary) return assign_codes(column, numbers);
  switch (column.type().byte_width()) {
    case 1:
      return assign_words<std::uint8_t>(column, numbers);
    case 2:
      return assign_words<std::uint16_t>(column, numbers);
    case 4:
      return assign_words<std::uint32_t>(column, numbers);
    case 8:
      return assign_words<std::uint64_t>(column, numbers);
    default:
      return assign_texts(column, numbers);
  }
}

void ValueNumbers::assign_codes(const Column& column, std::vector<std::uint32_t>& numbers) {
  if (dictionary_ != column.dictionary()) {
    dictionary_ = column.dictionary();
    by_code_.assign(static_cast<std::size_t>(dictionary_->length()), kNone);
  }
  const auto* codes = column.values_as<std::int32_t>();
  for (std::int64_t row = 0; row < column.length(); ++row) {
    if (!column.is_valid(row)) {
      numbers[static_cast<std::size_t>(row)] = number_of(std::nullopt);
      continue;
    }
    std::uint32_t& number = by_code_[static_cast<std::size_t>(codes[row])];
    if (number == kNone) number = number_of(std::string(dictionary_->text(codes[row])));
    numbers[static_cast<std::size_t>(row)] = number;
  }
}

template <class Word>
void ValueNumbers::assign_words(const Column& column, std::vector<std::uint32_t>& numbers) {
  columnar::ValueFormatter formatter(column);
  const Word* words = column.values_as<Word>();
  for (std::int64_t row = 0; row < column.length(); ++row) {
    if (!column.is_valid(row)) {
      numbers[static_cast<std::size_t>(row)] = number_of(std::nullopt);
      continue;
    }
    std::uint32_t& number = by_word_.try_emplace(words[row], kNone).first->second;
    if (number == kNone) {
      std::string text;
      formatter.append(text, row);
      number = number_of(text);
    }
    numbers[static_cast<std::size_t>(row)] = number;
  }
}

void ValueNumbers::assign_texts(const Column& column, std::vector<std::uint32_t>& numbers) {
  columnar::ValueFormatter formatter(column);
  std::string text;
  for (std::int64_t row = 0; row < column.length(); ++row) {
    text.clear();
    if (column.is_valid(row)) formatter.append(text, row);
    numbers[static_cast<std::size_t>(row)] = number_of(column.is_valid(row) ? HiveValue(text) : std::nullopt);
  }
}

PartitionValues::PartitionValues(const std::vector<std::string>& names) {
  for (const std::string& name : names) levels_.push_back({name, {}, {}, {}});
}

std::uint32_t PartitionValues::combine(Level& level, const Level* previous, std::uint32_t above,
                                       std::uint32_t value) {
  const auto next = static_cast<std::uint32_t>(level.directories.size());
  const auto [place, is_new] = level.combinations.try_emplace(std::uint64_t{above} << 32 | value, next);
  if (is_new) {
    const std::string directory = hive_directory({level.name, level.values.value(value)});
    level.directories.push_back(previous == nullptr ? directory
                                                    : previous->directories[above] + '/' + directory);
  }
  return place->second;
}

const std::vector<std::uint32_t>& PartitionValues::assign(const std::vector<Column>& keys) {
  rows_.assign(static_cast<std::size_t>(keys.front().length()), 0);
  const Level* previous = nullptr;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    level.values.assign(keys[i], numbers_);
    // Equal neighbours are the rule where it matters, in data that is sorted or has few values.
    std::uint64_t latest = UINT64_MAX;
    std::uint32_t combination = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      const std::uint64_t pair = std::uint64_t{rows_[row]} << 32 | numbers_[row];
      if (pair != latest) combination = combine(level, previous, rows_[row], numbers_[row]);
      latest = pair;
      rows_[row] = combination;
    }
    previous = &level;
  }
  return rows_;
}

}  // namespace treadle::io

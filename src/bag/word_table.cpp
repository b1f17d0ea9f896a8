#include "bag/word_table.h"

#include <algorithm>
#include <numeric>

#include "treadle/error.h"

namespace treadle::bag {
namespace {

constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kMostWords = (std::size_t{1} << 31) - 1;

}  // namespace

WordTable::WordTable() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {}

std::string_view WordTable::text(const Entry& entry) const noexcept {
  if (entry.size > 16) return {long_words_.data() + entry.begin, entry.size};
  return {reinterpret_cast<const char*>(entry.head), entry.size};
}

void WordTable::insert(Slot& slot, const Word& word, std::uint64_t hash, std::uint64_t place,
                       std::uint64_t count) {
  if (entries_.size() == kMostWords) throw OutOfMemory("expected at most 2^31 different texts, found more");
  entries_.push_back({{word.low, word.high}, word.text.size(), long_words_.size(), count, place});
  if (word.text.size() > 16) long_words_.append(word.text);
  slot = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(entries_.size())};
  if (2 * entries_.size() > slots_.size()) grow();
}

void WordTable::grow() {
  slots_.assign(4 * slots_.size(), {});
  mask_ = slots_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::uint64_t hash = Word::of(text(entries_[i])).hash();
    std::uint64_t at = hash & mask_;
    while (slots_[at].entry != 0) at = (at + 1) & mask_;
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(i + 1)};
  }
}

void WordTable::absorb(const WordTable& other) {
  for (const Entry& entry : other.entries_) add(other.text(entry), entry.place, entry.count);
}

std::size_t WordTable::nbytes() const noexcept {
  return slots_.capacity() * sizeof(Slot) + entries_.capacity() * sizeof(Entry) + long_words_.capacity();
}

TextCounts WordTable::finish() const {
  std::vector<std::uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return entries_[a].place < entries_[b].place; });
  TextCounts result;
  result.counts.reserve(order.size());
  for (const std::uint32_t index : order) {
    result.texts.append(text(entries_[index]));
    result.counts.push_back(static_cast<std::int64_t>(entries_[index].count));
  }
  result.texts.shrink_to_fit();
  return result;
}

}  // namespace treadle::bag

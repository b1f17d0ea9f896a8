#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "memory/spill_file.h"
#include "treadle/task_context.h"
#include "treadle/text_items.h"
#include "treadle/value.h"

// Counts of words by parts of their hash: what lets more words be counted than memory holds.
//
//   partition 0 -> table -> part 0, part 1 ...      each a value, or runs in a spill file
//   partition 1 -> table -> part 0, part 1 ...
//                             |  merged over partitions: one part of all words at a time
namespace treadle::bag {

/// Words, how often each occurs and where it occurred first: in which partition, at which place of it.
struct WordPart {
  TextItems texts;
  std::vector<std::int64_t> counts;
  std::vector<std::uint64_t> places;
  std::vector<std::uint32_t> partitions;  ///< empty: all in one

  void add(std::string_view text, std::int64_t count, std::uint64_t place) {
    texts.append(text);
    counts.push_back(count);
    places.push_back(place);
  }
  std::size_t size() const noexcept { return counts.size(); }
  /// Whether word `a` occurred before `b` of `other`.
  bool before(std::size_t a, const WordPart& other, std::size_t b) const noexcept;
  std::size_t nbytes() const noexcept;
};

/// One part of a partition's words: in memory, or what is to be read back. A word may be in several runs.
struct WordRuns {
  struct Spilled {
    std::shared_ptr<SpillFile> file;
    SpillBlock block;
  };
  std::vector<WordPart> here;
  std::vector<Spilled> spilled;
};

/// Appends the part to a file.
SpillBlock spill(const WordPart& part, SpillFile& file);
WordPart read_back(const WordRuns::Spilled& run);

/// A part's words of all partitions, each once, in the order in which they occurred first.
Value merge_words(std::span<const Value> partitions, TaskContext& context);
/// TextCounts of merged parts, in that order.
Value join_words(std::span<const Value> parts, TaskContext& context);
/// A merged part in `count` pieces by where words occurred first: WordPart. The pieces of one number have, of
/// all parts, the words between two places, which are those of words of `first`, one of the parts. As parts
/// are cut by hash, all have about equally many words between two places.
std::vector<Value> cut_words(const WordPart& part, const WordPart& first, std::size_t count,
                             TaskContext& context);
/// Of merged parts, the `k` words that are most frequent, those that occurred first before others: a merged
/// part.
WordPart most_frequent(std::span<const Value> parts, std::size_t k, TaskContext& context);

/// Which of `num_parts` a word belongs to.
inline std::size_t part_of(std::uint64_t hash, std::size_t num_parts) noexcept {
  return ((hash >> 32) * num_parts) >> 32;
}

}  // namespace treadle::bag

namespace treadle {

template <>
struct Codec<bag::WordPart> {
  static constexpr std::string_view kind = "bag.word_part";
  static std::size_t nbytes(const bag::WordPart& part) { return part.nbytes(); }
  static void write(const bag::WordPart& part, ByteSink& sink);
  static bag::WordPart read(ByteSource& source);
};

template <>
struct Codec<bag::WordRuns> {
  static constexpr std::string_view kind = "bag.word_runs";
  static std::size_t nbytes(const bag::WordRuns& runs);
  static void write(const bag::WordRuns& runs, ByteSink& sink);
  static bag::WordRuns read(ByteSource& source);
};

}  // namespace treadle

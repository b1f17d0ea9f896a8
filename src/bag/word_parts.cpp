#include "bag/word_parts.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "bag/word_table.h"
#include "treadle/codecs.h"
#include "treadle/error.h"

namespace treadle::bag {
namespace {

constexpr std::size_t kWordsBetweenPolls = 4096;

class BytesSink final : public ByteSink {
 public:
  void write(const void* bytes, std::size_t size) override {
    bytes_.append(static_cast<const char*>(bytes), size);
  }
  const std::string& bytes() const noexcept { return bytes_; }

 private:
  std::string bytes_;
};

class BytesSource final : public ByteSource {
 public:
  BytesSource(const char* bytes, std::size_t size) : bytes_(bytes), left_(size) {}
  void read(void* bytes, std::size_t size) override {
    if (size > left_) throw IoError("spilled counts of words end too early");
    std::memcpy(bytes, bytes_, size);
    bytes_ += size;
    left_ -= size;
  }

 private:
  const char* bytes_;
  std::size_t left_;
};

/// Puts the words of partitions together, in the order of these.
class Merger {
 public:
  explicit Merger(TaskContext& context)
      : context_(context), memory_(context.reserve("bag: frequencies", 0)) {}

  void add_partition(std::uint32_t partition, const WordRuns& runs) {
    if (runs.here.size() + runs.spilled.size() == 1) {
      if (!runs.here.empty()) return add(partition, runs.here.front());
      return add(partition, read_back(runs.spilled.front()));
    }
    // A word may be in several runs: where it occurred first in this partition is known behind the last.
    WordTable own;
    auto take = [&](const WordPart& part) {
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (i % kWordsBetweenPolls == 0) answer_for(own.nbytes());
        own.add(part.texts[i], part.places[i], static_cast<std::uint64_t>(part.counts[i]));
      }
    };
    for (const WordPart& part : runs.here) take(part);
    for (const WordRuns::Spilled& run : runs.spilled) take(read_back(run));
    own.for_each([&](std::string_view text, std::uint64_t count, std::uint64_t place) {
      add_word(partition, text, static_cast<std::int64_t>(count), place);
    });
    answer_for(own.nbytes());
  }

  WordPart finish() {
    std::vector<std::uint32_t> order(partitions_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tie(partitions_[a], places_[a]) < std::tie(partitions_[b], places_[b]);
    });
    memory_.grow(table_.nbytes());
    WordPart part;
    table_.for_each_of(order, [&](std::uint32_t index, std::string_view text, std::uint64_t count) {
      part.add(text, static_cast<std::int64_t>(count), places_[index]);
      part.partitions.push_back(partitions_[index]);
    });
    return part;
  }

 private:
  void add(std::uint32_t partition, const WordPart& part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (i % kWordsBetweenPolls == 0) answer_for(part.nbytes());
      add_word(partition, part.texts[i], part.counts[i], part.places[i]);
    }
    answer_for(0);
  }

  void add_word(std::uint32_t partition, std::string_view text, std::int64_t count, std::uint64_t place) {
    table_.add(text, table_.size(), static_cast<std::uint64_t>(count));
    if (table_.size() == places_.size()) return;  // known from an earlier partition
    places_.push_back(place);
    partitions_.push_back(partition);
  }

  void answer_for(std::size_t besides) {
    context_.check_stopped();
    const std::size_t own = table_.nbytes() + places_.capacity() * 8 + partitions_.capacity() * 4;
    memory_.resize(own + besides);
  }

  TaskContext& context_;
  Reservation memory_;
  WordTable table_;
  std::vector<std::uint64_t> places_;      // by the table's numbers of words
  std::vector<std::uint32_t> partitions_;  // the same
};

/// A word of one of several parts.
struct Which {
  std::uint32_t part;
  std::uint32_t word;
};

}  // namespace

bool WordPart::before(std::size_t a, const WordPart& other, std::size_t b) const noexcept {
  const std::uint32_t mine = partitions.empty() ? 0 : partitions[a];
  const std::uint32_t theirs = other.partitions.empty() ? 0 : other.partitions[b];
  return mine != theirs ? mine < theirs : places[a] < other.places[b];
}

std::size_t WordPart::nbytes() const noexcept {
  return texts.nbytes() + counts.capacity() * sizeof(std::int64_t) +
         places.capacity() * sizeof(std::uint64_t) + partitions.capacity() * sizeof(std::uint32_t);
}

SpillBlock spill(const WordPart& part, SpillFile& file) {
  BytesSink sink;
  Codec<WordPart>::write(part, sink);
  return file.append(sink.bytes().data(), sink.bytes().size());
}

WordPart read_back(const WordRuns::Spilled& run) {
  const BufferPtr bytes = run.file->read(run.block);
  BytesSource source(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  return Codec<WordPart>::read(source);
}

Value merge_words(std::span<const Value> partitions, TaskContext& context) {
  Merger merger(context);
  for (std::uint32_t i = 0; i < partitions.size(); ++i) {
    merger.add_partition(i, partitions[i].get<WordRuns>());
  }
  return Value::of(merger.finish());
}

Value join_words(std::span<const Value> parts, TaskContext& context) {
  std::vector<const WordPart*> words;
  std::vector<Which> order;
  for (const Value& part : parts) {
    const WordPart& one = *words.emplace_back(&part.get<WordPart>());
    const auto number = static_cast<std::uint32_t>(words.size() - 1);
    for (std::uint32_t i = 0; i < one.size(); ++i) order.push_back({number, i});
  }
  Reservation memory = context.reserve("bag: frequencies", order.size() * sizeof(Which));
  std::sort(order.begin(), order.end(),
            [&](Which a, Which b) { return words[a.part]->before(a.word, *words[b.part], b.word); });
  TextCounts all;
  all.counts.reserve(order.size());
  for (const Which which : order) {
    if (all.counts.size() % kWordsBetweenPolls == 0) {
      context.check_stopped();
      memory.resize(order.size() * sizeof(Which) + Codec<TextCounts>::nbytes(all));
    }
    all.texts.append(words[which.part]->texts[which.word]);
    all.counts.push_back(words[which.part]->counts[which.word]);
  }
  all.texts.shrink_to_fit();
  return Value::of(std::move(all));
}

std::vector<Value> cut_words(const WordPart& part, const WordPart& first, std::size_t count,
                             TaskContext& context) {
  const Reservation memory = context.reserve("bag: frequencies", part.nbytes());
  std::vector<WordPart> pieces(count);
  std::size_t piece = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (i % kWordsBetweenPolls == 0) context.check_stopped();
    const auto lies_behind = [&](std::size_t bound) { return !part.before(i, first, bound); };
    while (first.size() != 0 && piece + 1 < count && lies_behind(first.size() * (piece + 1) / count)) ++piece;
    pieces[piece].add(part.texts[i], part.counts[i], part.places[i]);
    pieces[piece].partitions.push_back(part.partitions.empty() ? 0 : part.partitions[i]);
  }
  std::vector<Value> values;
  for (WordPart& one : pieces) {
    one.texts.shrink_to_fit();
    values.push_back(Value::of(std::move(one)));
  }
  return values;
}

WordPart most_frequent(std::span<const Value> parts, std::size_t k, TaskContext& context) {
  std::vector<const WordPart*> words;
  std::vector<Which> best;
  auto before = [&](Which a, Which b) {
    const std::int64_t left = words[a.part]->counts[a.word];
    const std::int64_t right = words[b.part]->counts[b.word];
    return left != right ? left > right : words[a.part]->before(a.word, *words[b.part], b.word);
  };
  for (const Value& part : parts) {
    context.check_stopped();
    const WordPart& one = *words.emplace_back(&part.get<WordPart>());
    const auto number = static_cast<std::uint32_t>(words.size() - 1);
    // A heap whose front is the worst of those kept.
    for (std::uint32_t i = 0; i < one.size() && k > 0; ++i) {
      if (best.size() < k) {
        best.push_back({number, i});
        std::push_heap(best.begin(), best.end(), before);
      } else if (before({number, i}, best.front())) {
        std::pop_heap(best.begin(), best.end(), before);
        best.back() = {number, i};
        std::push_heap(best.begin(), best.end(), before);
      }
    }
  }
  std::sort_heap(best.begin(), best.end(), before);
  WordPart top;
  for (const Which which : best) {
    const WordPart& one = *words[which.part];
    top.add(one.texts[which.word], one.counts[which.word], one.places[which.word]);
    top.partitions.push_back(one.partitions.empty() ? 0 : one.partitions[which.word]);
  }
  return top;
}

}  // namespace treadle::bag

namespace treadle {

void Codec<bag::WordPart>::write(const bag::WordPart& part, ByteSink& sink) {
  Codec<TextItems>::write(part.texts, sink);
  Codec<std::vector<std::int64_t>>::write(part.counts, sink);
  Codec<std::vector<std::uint64_t>>::write(part.places, sink);
  Codec<std::vector<std::uint32_t>>::write(part.partitions, sink);
}

bag::WordPart Codec<bag::WordPart>::read(ByteSource& source) {
  bag::WordPart part;
  part.texts = Codec<TextItems>::read(source);
  part.counts = Codec<std::vector<std::int64_t>>::read(source);
  part.places = Codec<std::vector<std::uint64_t>>::read(source);
  part.partitions = Codec<std::vector<std::uint32_t>>::read(source);
  const bool whole = part.texts.size() == part.size() && part.places.size() == part.size() &&
                     (part.partitions.empty() || part.partitions.size() == part.size());
  if (!whole) throw IoError("counts of words: some are missing");
  return part;
}

std::size_t Codec<bag::WordRuns>::nbytes(const bag::WordRuns& runs) {
  std::size_t bytes = sizeof(bag::WordRuns) + runs.spilled.capacity() * sizeof(bag::WordRuns::Spilled);
  for (const bag::WordPart& part : runs.here) bytes += part.nbytes();
  return bytes;
}

void Codec<bag::WordRuns>::write(const bag::WordRuns& runs, ByteSink& sink) {
  const std::uint64_t count = runs.here.size() + runs.spilled.size();
  sink.write(&count, sizeof count);
  for (const bag::WordPart& part : runs.here) Codec<bag::WordPart>::write(part, sink);
  for (const auto& run : runs.spilled) Codec<bag::WordPart>::write(bag::read_back(run), sink);
}

bag::WordRuns Codec<bag::WordRuns>::read(ByteSource& source) {
  std::uint64_t count = 0;
  source.read(&count, sizeof count);
  bag::WordRuns runs;
  for (; count != 0; --count) runs.here.push_back(Codec<bag::WordPart>::read(source));
  return runs;
}

}  // namespace treadle

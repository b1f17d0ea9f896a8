#include "treadle/text_items.h"

#include "treadle/codecs.h"
#include "treadle/error.h"

namespace treadle {

void TextItems::append(const TextItems& others) {
  const std::size_t before = bytes_.size();
  bytes_.append(others.bytes_);
  ends_.reserve(ends_.size() + others.ends_.size());
  for (const std::uint64_t end : others.ends_) ends_.push_back(before + end);
}

void TextItems::shrink_to_fit() {
  bytes_.shrink_to_fit();
  ends_.shrink_to_fit();
}

void Codec<TextItems>::write(const TextItems& items, ByteSink& sink) {
  Codec<std::string>::write(items.bytes_, sink);
  Codec<std::vector<std::uint64_t>>::write(items.ends_, sink);
}

TextItems Codec<TextItems>::read(ByteSource& source) {
  TextItems items;
  items.bytes_ = Codec<std::string>::read(source);
  items.ends_ = Codec<std::vector<std::uint64_t>>::read(source);
  std::uint64_t before = 0;
  for (const std::uint64_t end : items.ends_) {
    if (end < before || end > items.bytes_.size()) throw IoError("texts: their ends are damaged");
    before = end;
  }
  return items;
}

void Codec<TextCounts>::write(const TextCounts& counts, ByteSink& sink) {
  Codec<TextItems>::write(counts.texts, sink);
  Codec<std::vector<std::int64_t>>::write(counts.counts, sink);
}

TextCounts Codec<TextCounts>::read(ByteSource& source) {
  TextCounts counts{Codec<TextItems>::read(source), Codec<std::vector<std::int64_t>>::read(source)};
  if (counts.texts.size() != counts.counts.size()) throw IoError("counts of texts: some are missing");
  return counts;
}

}  // namespace treadle

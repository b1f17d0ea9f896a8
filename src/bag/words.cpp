#include "bag/words.h"

#include <utility>

#include "treadle/error.h"

namespace treadle::bag {

void Words::absorb(Collector& next) {
  auto& other = static_cast<Words&>(next);
  table_.absorb(other.table_);
  for (std::size_t part = 0; part < runs_.size(); ++part) {
    for (auto& run : other.runs_[part].spilled) runs_[part].spilled.push_back(std::move(run));
    other.runs_[part].spilled.clear();
  }
}

Value Words::finish() { throw InternalError("bag: words are finished by parts"); }

std::vector<WordPart> Words::take_parts() {
  std::vector<WordPart> parts(runs_.size());
  table_.for_each([&](std::string_view text, std::uint64_t count, std::uint64_t place) {
    const std::size_t part = parts.size() == 1 ? 0 : part_of(Word::of(text).hash(), parts.size());
    parts[part].add(text, static_cast<std::int64_t>(count), place);
  });
  table_ = WordTable();
  return parts;
}

bool Words::spill(TaskContext& context) {
  if (table_.size() == 0) return false;
  if (file_ == nullptr) file_ = context.make_spill_file("bag: frequencies");
  std::vector<WordPart> parts = take_parts();
  std::uint64_t bytes = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (parts[part].size() == 0) continue;
    runs_[part].spilled.push_back({file_, bag::spill(parts[part], *file_)});
    bytes += runs_[part].spilled.back().block.stored;
    parts[part] = {};
  }
  context.count(Counter::kBytesSpilled, bytes);
  return true;
}

std::vector<Value> Words::finish_parts(TaskContext& context, Reservation& memory) {
  bool spilled = false;
  for (const WordRuns& runs : runs_) spilled = spilled || !runs.spilled.empty();
  if (spilled || !memory.try_grow(table_.nbytes())) {
    spill(context);
  } else {
    std::vector<WordPart> parts = take_parts();
    for (std::size_t part = 0; part < parts.size(); ++part)
      runs_[part].here.push_back(std::move(parts[part]));
  }
  std::vector<Value> values;
  values.reserve(runs_.size());
  for (WordRuns& runs : runs_) values.push_back(Value::of(std::move(runs)));
  return values;
}

}  // namespace treadle::bag

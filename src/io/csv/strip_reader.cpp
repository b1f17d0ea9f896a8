#include "io/csv/strip_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "io/csv/line_number.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

// The last record of a strip mostly ends within this many bytes behind it.
constexpr std::size_t kSlack = 4 << 10;
// Under a guess, a record this long is more likely a wrong guess.
constexpr std::size_t kUnlikelyRecord = 16 << 20;
// Text views count in 32 bits.
constexpr std::size_t kLongestRecord = (std::size_t{1} << 31) - (1 << 20);

}  // namespace

/// One read() under way.
struct StripReader::Progress {
  const io::File& file;
  const StripRange range;
  const bool guessed;
  const io::MorselConsumer& consume;
  TaskContext& context;
  std::uint64_t offset;    // in the file, of the block's first byte
  std::uint32_t size = 0;  // bytes in the block
  bool grew = false;       // the block held no whole line: its record goes on
  bool lost = false;       // the guess looks wrong
  bool stopped = false;    // no more morsels are wanted
  Reservation long_record = {};
  StripResult result = {};

  bool at_end() const { return offset + size == file.size(); }
};

StripReader::StripReader(const ReadPlan& plan, columnar::SchemaPtr assumed)
    : plan_(plan), parser_(plan, std::move(assumed)) {}

std::optional<StripResult> StripReader::read(const io::File& file, StripRange range, std::uint64_t first_line,
                                             bool guessed, const io::MorselConsumer& consume,
                                             TaskContext& context) {
  Progress progress{file, range, guessed, consume, context, first_line};
  parser_.begin_strip();
  block_.restart();
  while (progress.offset < range.end && progress.offset < file.size() && !progress.stopped) {
    context.check_stopped();
    fill(progress, next_end(progress));
    if (progress.lost) return std::nullopt;
    take_block(progress);
  }
  progress.result.end = progress.offset;
  if (!progress.stopped) parser_.finish(consume);
  free_long_record();
  return progress.result;
}

/// How far to read: to the next multiple of a block from the strip's start, so that blocks are the same
/// whoever reads them; a record that goes on doubles what there is.
std::uint64_t StripReader::next_end(const Progress& progress) const {
  const std::uint64_t have = progress.offset + progress.size;
  std::uint64_t end =
      progress.range.begin + ((have - progress.range.begin) / plan_.block_bytes + 1) * plan_.block_bytes;
  if (end >= progress.range.end) end = std::max(progress.range.end, have) + kSlack;
  if (progress.grew) end = std::max(end, progress.offset + 2 * std::uint64_t{progress.size});
  return std::min(end, progress.file.size());
}

void StripReader::fill(Progress& progress, std::uint64_t end) {
  const auto size = static_cast<std::size_t>(end - progress.offset);
  if (progress.guessed && size > kUnlikelyRecord) {
    progress.lost = true;
    return;
  }
  make_room(progress, size + 1 + plan_.shape.num_fields);
  if (!carried_.empty()) std::memcpy(block_.data(), carried_.data(), carried_.size());
  carried_.clear();
  const std::size_t more = size - progress.size;
  progress.file.read_at(progress.offset + progress.size, block_.data() + progress.size, more);
  progress.context.count(Counter::kBytesRead, more);
  progress.size = static_cast<std::uint32_t>(size);
}

void StripReader::make_room(Progress& progress, std::size_t size) {
  if (size > 2 * plan_.block_bytes && size > block_.capacity()) reserve_long_record(progress, size);
  block_.reserve(size, progress.grew ? progress.size : 0);
}

/// A record longer than a block takes what it needs from the run's budget.
void StripReader::reserve_long_record(Progress& progress, std::size_t size) {
  if (size > kLongestRecord) {
    throw ParseError({plan_.path, line_number(progress.file, progress.offset), 0},
                     "expected a record of at most 2 GiB, found a longer one (is a quote open?)");
  }
  if (progress.long_record.bytes() == 0)
    progress.long_record = progress.context.reserve("csv: a long record", 0);
  // While the block grows, the former memory is there, too.
  hold_for_long_record(progress, size + block_.capacity() + parser_.index_bytes());
}

/// Where its separators are takes four bytes for each: of a record of commas more than the record itself.
void StripReader::reserve_index(Progress& progress) {
  const std::size_t separators = count_separators(plan_.shape.dialect, block_.data(), progress.size);
  hold_for_long_record(progress,
                       block_.capacity() + std::max(parser_.index_bytes(), Structure::bytes_for(separators)));
  parser_.reserve_index(separators);
}

void StripReader::hold_for_long_record(Progress& progress, std::size_t bytes) {
  try {
    progress.long_record.resize(bytes);
  } catch (const OutOfMemory& error) {
    throw OutOfMemory(plan_.path + ":" + std::to_string(line_number(progress.file, progress.offset)) +
                      ": a record of more than " + std::to_string(progress.size) +
                      " bytes (is a quote open?): " + error.what());
  }
}

/// Parses the lines of the block that begin in the strip.
void StripReader::take_block(Progress& progress) {
  const auto limit =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(progress.range.end - progress.offset, UINT32_MAX));
  const auto line_of = [&](std::uint32_t position) {
    return line_number(progress.file, progress.offset + position);
  };
  if (progress.long_record.bytes() != 0) reserve_index(progress);
  const BlockParser::Taken taken = parser_.take({&block_, block_.data(), progress.size}, limit,
                                                progress.at_end(), progress.consume, line_of);
  progress.stopped = taken.stopped;
  progress.result.bad_rows += taken.bad_rows;
  carry_rest(progress, taken.next_line);
}

/// The line that goes on in the next block moves to its start.
void StripReader::carry_rest(Progress& progress, std::uint32_t next_line) {
  progress.grew = next_line == 0;
  if (progress.grew) return;
  progress.offset += next_line;
  const bool done = progress.offset >= progress.range.end || progress.stopped;
  const std::uint8_t* rest = block_.data() + next_line;
  progress.size -= next_line;
  if (done) {
    progress.size = 0;
  } else {
    carried_.assign(rest, rest + progress.size);
  }
  block_.restart();
}

/// One long record is no reason to keep its memory.
void StripReader::free_long_record() {
  if (block_.capacity() <= 4 * plan_.block_bytes) return;
  block_ = RecycledBuffer();
  parser_.shrink();
  carried_ = {};
}

}  // namespace treadle::csv

#include "io/ndjson/partition_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "io/csv/line_number.h"
#include "io/csv/stream_strips.h"
#include "io/ndjson/line_blocks.h"
#include "io/ndjson/record_reader.h"

namespace treadle::ndjson {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// What readers of both kinds share: each strip makes a reader of its own, for its types may have changed.
class JsonPartition : public io::PartitionReader {
 public:
  JsonPartition(const JsonFile& file, std::size_t strip_bytes, ReadPlan plan)
      : json_file_(file), strip_bytes_(strip_bytes), plan_(std::move(plan)) {}

 protected:
  /// What a block is made into: its text, values, the parser's index, and a morsel under way.
  std::size_t reader_bytes() const {
    return 8 * plan_.block_bytes + (std::size_t{1} << 10) * plan_.fixed.size();
  }

  io::StripReport report(const RecordReader& reader, std::uint64_t begin, std::uint64_t end) const {
    io::StripReport answer;
    answer.begin = {json_file_.number, begin};
    answer.end = {json_file_.number, end};
    answer.rows = reader.num_rows();
    answer.rows_skipped = reader.num_skipped();
    answer.unconvertible = reader.odd_columns();
    return answer;
  }

  const JsonFile json_file_;
  const std::size_t strip_bytes_;
  const ReadPlan plan_;
};

class FilePartition final : public JsonPartition {
 public:
  FilePartition(const JsonFile& file, std::uint64_t begin, std::uint64_t end, std::size_t strip_bytes,
                ReadPlan plan)
      : JsonPartition(file, strip_bytes, std::move(plan)), begin_(begin), end_(end), file_(file.identity) {}

  std::size_t num_strips() const override {
    return static_cast<std::size_t>((end_ - begin_ + strip_bytes_ - 1) / strip_bytes_);
  }
  std::size_t bytes_per_strip() const override { return reader_bytes(); }

  io::StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                             std::optional<io::RecordBoundary>, const io::MorselConsumer& consume,
                             TaskContext& context) const override {
    const std::uint64_t begin = begin_ + strip * std::uint64_t{strip_bytes_};
    const std::uint64_t end = std::min(end_, begin + strip_bytes_);
    LineBlocks blocks(file_, begin, end, plan_.block_bytes);
    RecordReader reader(plan_, assumed);
    LineBlocks::Block block;
    bool goes_on = true;
    while (goes_on && blocks.next(block, context)) {
      if (block.offset == 0 && block.text.starts_with(kByteOrderMark))
        block.text.remove_prefix(kByteOrderMark.size());
      goes_on = reader.take(block.text, consume, [&](std::size_t position) {
        return csv::line_number(file_, block.offset + position);
      });
    }
    if (goes_on) reader.finish(consume);
    file_.check_unchanged();
    // Lines end at newlines only, so nobody need guess: strips meet where their ranges do.
    return report(reader, begin, end);
  }

 private:
  const std::uint64_t begin_, end_;
  const io::File file_;
};

class StreamPartition final : public JsonPartition {
 public:
  StreamPartition(const JsonFile& file, std::size_t strip_bytes, ReadPlan plan)
      : JsonPartition(file, strip_bytes, std::move(plan)), strips_([this] { return open(); }, 1) {}

  std::size_t num_strips() const override { return kUnknown; }
  /// The text, the decoder's window, and what is made of the text.
  std::size_t bytes_per_strip() const override { return 3 * strip_bytes_ + reader_bytes(); }

  io::StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                             std::optional<io::RecordBoundary>, const io::MorselConsumer& consume,
                             TaskContext& context) const override {
    const std::optional<csv::StreamStrip> lines = strips_.take(strip, context);
    if (!lines) {
      io::StripReport answer;
      answer.past_end = true;
      return answer;
    }
    const BufferPtr memory = lines->memory.share(lines->size);
    std::string_view rest = memory->text();
    if (lines->offset == 0 && rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    RecordReader reader(plan_, assumed);
    std::uint64_t first_line = lines->first_line;
    bool goes_on = true;
    while (goes_on && !rest.empty()) {
      const std::string_view block = next_block(rest);
      goes_on = reader.take(block, consume, [&](std::size_t position) {
        return first_line + count_lines(block.substr(0, position));
      });
      first_line += count_lines(block);
      context.check_stopped();
    }
    if (goes_on) reader.finish(consume);
    return report(reader, lines->offset, lines->offset + lines->size);
  }

 private:
  static std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  }

  /// Whole lines from the front of `rest`.
  std::string_view next_block(std::string_view& rest) const {
    const std::size_t newline = rest.find('\n', std::min(plan_.block_bytes, rest.size()));
    const std::string_view block = rest.substr(0, newline == std::string_view::npos ? newline : newline + 1);
    rest.remove_prefix(block.size());
    return block;
  }

  std::unique_ptr<csv::TextStream> open() const {
    csv::Dialect lines_only;
    lines_only.quote = 0;
    lines_only.delimiter = '\x1f';
    return std::make_unique<csv::TextStream>(
        plan_.path, lines_only, io::open_stream(io::File(json_file_.identity), json_file_.encoding), 0,
        strip_bytes_);
  }

  mutable csv::StreamStrips strips_;
};

}  // namespace

std::unique_ptr<io::PartitionReader> make_file_reader(const JsonFile& file, std::uint64_t begin,
                                                      std::uint64_t end, std::size_t strip_bytes,
                                                      ReadPlan plan) {
  return std::make_unique<FilePartition>(file, begin, end, strip_bytes, std::move(plan));
}

std::unique_ptr<io::PartitionReader> make_stream_reader(const JsonFile& file, std::size_t strip_bytes,
                                                        ReadPlan plan) {
  return std::make_unique<StreamPartition>(file, strip_bytes, std::move(plan));
}

}  // namespace treadle::ndjson

#include <algorithm>
#include <optional>
#include <utility>

#include "io/csv/block_parser.h"
#include "io/csv/partition_reader.h"
#include "io/csv/reader_pool.h"
#include "io/csv/stream_strips.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

class StreamPartition final : public io::PartitionReader {
 public:
  StreamPartition(std::shared_ptr<const CsvFiles> files, std::size_t file, std::size_t strip_bytes,
                  ReadPlan plan)
      : files_(std::move(files)),
        index_(file),
        strip_bytes_(strip_bytes),
        first_row_(files_->columns(file)->first_row),
        plan_(std::move(plan)),
        strips_([this] { return open(); }, 1 + plan_.shape.num_fields) {}

  std::size_t num_strips() const override { return kUnknown; }
  /// The text, twice as much for what is made of it, and the decoder's window.
  std::size_t bytes_per_strip() const override { return 3 * strip_bytes_ + strip_reader_bytes(plan_); }

  io::StripReport read_strip(std::size_t strip, const columnar::SchemaPtr& assumed,
                             std::optional<io::RecordBoundary>, const io::MorselConsumer& consume,
                             TaskContext& context) const override {
    std::optional<StreamStrip> text = strips_.take(strip, context);
    if (!text) return past_end();
    auto entry = pool_.take(plan_, assumed);
    BlockParser& parser = entry->reader;
    const std::uint8_t* begin = text->memory.data();
    const auto line_of = [&](std::uint32_t position) {
      return text->first_line + static_cast<std::uint64_t>(std::count(begin, begin + position, '\n'));
    };
    parser.begin_strip();
    const BlockParser::Taken taken = parser.take({&text->memory, text->memory.data(), text->size}, UINT32_MAX,
                                                 text->last, consume, line_of);
    if (!taken.stopped) parser.finish(consume);
    io::StripReport answer;
    answer.begin = at(text->offset);
    answer.end = at(text->offset + text->size);
    answer.rows = parser.morsels().num_rows();
    answer.rows_skipped = taken.bad_rows;
    answer.unconvertible = parser.morsels().odd_columns();
    pool_.give_back(std::move(entry));
    return answer;
  }

 private:
  io::RecordBoundary at(std::uint64_t offset) const { return {static_cast<std::uint32_t>(index_), offset}; }

  io::StripReport past_end() const {
    io::StripReport answer;
    answer.past_end = true;
    return answer;
  }

  std::unique_ptr<TextStream> open() const {
    const CsvFile& file = files_->files()[index_];
    return std::make_unique<TextStream>(plan_.path, files_->dialect(),
                                        io::open_stream(io::File(file.identity), file.encoding), first_row_,
                                        strip_bytes_);
  }

  std::shared_ptr<const CsvFiles> files_;
  const std::size_t index_;
  const std::size_t strip_bytes_;
  const std::uint64_t first_row_;
  const ReadPlan plan_;
  mutable StreamStrips strips_;
  mutable ReaderPool<BlockParser> pool_;
};

}  // namespace

std::unique_ptr<io::PartitionReader> make_stream_reader(std::shared_ptr<const CsvFiles> files,
                                                        std::size_t file, std::size_t strip_bytes,
                                                        ReadPlan plan) {
  return std::make_unique<StreamPartition>(std::move(files), file, strip_bytes, std::move(plan));
}

}  // namespace treadle::csv

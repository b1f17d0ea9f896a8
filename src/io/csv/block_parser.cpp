#include "io/csv/block_parser.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "io/csv/bad_input.h"

namespace treadle::csv {

BlockParser::BlockParser(const ReadPlan& plan, columnar::SchemaPtr assumed)
    : plan_(plan), morsels_(plan, std::move(assumed)), rows_(plan.shape) {}

BlockParser::Taken BlockParser::take(const TextBlock& block, std::uint32_t limit, bool at_end,
                                     const io::MorselConsumer& consume, const MorselMaker::LineOf& line_of) {
  std::uint32_t end = block.size;
  if (at_end && end != 0 && block.text[end - 1] != '\n') block.text[end++] = '\n';
  scan_structure(plan_.shape.dialect, block.text, 0, end, false, structure_);
  rows_.find(block.text, structure_, limit);

  Taken taken;
  taken.next_line = std::min(rows_.next_line(), block.size);
  std::vector<BadRow> bad_rows = rows_.bad_rows();
  if (at_end && taken.next_line < std::min(block.size, limit)) {
    bad_rows.push_back({taken.next_line, block.size, BadRow::Reason::kUnterminated, 0});
    taken.next_line = block.size;
  }
  const bool fatal = !bad_rows.empty() && !plan_.skip_bad_rows;
  if (fatal) rows_.keep_before(bad_rows.front().begin);
  taken.stopped = !morsels_.take(block, structure_, rows_, consume, line_of);
  if (fatal && !taken.stopped) {
    taken.stopped = !morsels_.finish(consume);
    if (!taken.stopped) throw_bad_row(plan_, bad_rows.front(), line_of(bad_rows.front().begin));
  }
  taken.bad_rows = bad_rows.size();
  return taken;
}

void BlockParser::shrink() { structure_ = Structure(); }

}  // namespace treadle::csv

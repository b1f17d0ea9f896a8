#include "io/csv/file_layout.h"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "base/byte_size.h"
#include "io/csv/fields.h"
#include "io/csv/utf8.h"
#include "treadle/error.h"

namespace treadle::csv {
namespace {

std::vector<std::string> names_in(const std::string& path, const Dialect& dialect, const LineWalk& walk,
                                  const LineWalk::Line& line) {
  std::vector<std::string> names;
  names.reserve(line.num_fields);
  std::string scratch;
  for (std::size_t i = 0; i < line.num_fields; ++i) {
    const FieldText field = decode_field(dialect, walk.field(line, i), scratch);
    if (!is_utf8(field.text)) {
      throw ParseError(
          {path, 0, i + 1},
          "expected UTF-8 in the header, found other bytes in the name of column " + std::to_string(i + 1));
    }
    names.emplace_back(field.text);
  }
  return names;
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("column_" + std::to_string(i));
  return names;
}

void check_number_of_names(const std::string& path, const CsvOptions& options, std::size_t fields) {
  if (options.names.empty() || options.names.size() == fields) return;
  if (options.names.size() > fields && options.short_records == CsvOptions::ShortRecords::kFill) return;
  throw InvalidArgument("csv: names must be as many as the columns of " + path + ": expected " +
                        std::to_string(fields) + ", found " + std::to_string(options.names.size()));
}

void check_reached(const std::string& path, const LineWalk& walk) {
  if (!walk.gave_up()) return;
  throw ParseError({path, 0, 0}, "expected a first line and rows passed over of at most " +
                                     format_byte_size(LineWalk::kLongestLine) +
                                     ", found a longer one behind byte " + std::to_string(walk.offset()) +
                                     " (is a quote open?)");
}

void skip_rows(LineWalk& walk, const CsvOptions& options) {
  LineWalk::Line line;
  for (std::uint64_t skipped = 0; skipped < options.skip_rows;) {
    if (!walk.next(line)) return;
    const bool counts = !walk.is_comment(line) && !(walk.is_blank(line) && options.skip_blank_lines);
    skipped += counts ? 1 : 0;
  }
}

}  // namespace

FileLayout read_layout(const std::string& path, const CsvOptions& options, LineWalk& walk) {
  const Dialect dialect(options);
  FileLayout layout;
  walk.skip_byte_order_mark();
  walk.skip_raw_lines(options.skip_lines);
  layout.first_row = walk.offset();
  LineWalk::Line line;
  if (!walk.next_record(line)) {
    check_reached(path, walk);
    if (walk.ended_in_quotes())
      throw ParseError({path, 0, 0}, "the file ends inside quotes, before its first line does");
    layout.empty = true;
    layout.names = options.names;
    return layout;
  }
  check_number_of_names(path, options, line.num_fields);
  layout.names = options.names;
  if (layout.names.empty()) {
    layout.names = options.header ? names_in(path, dialect, walk, line) : numbered(line.num_fields);
  }
  if (options.header) layout.first_row = walk.offset();
  if (options.skip_rows != 0) {
    // Without a header the line looked at is the first row.
    CsvOptions rest = options;
    rest.skip_rows -= options.header ? 0 : 1;
    skip_rows(walk, rest);
    check_reached(path, walk);
    layout.first_row = walk.offset();
  }
  return layout;
}

LineWalk walk_file(const io::File& file, const Dialect& dialect, std::uint64_t offset, std::uint64_t end,
                   std::size_t piece) {
  auto read = [&file, offset, end](std::uint8_t* to, std::size_t size) mutable {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end - offset));
    file.read_at(offset, to, size);
    offset += size;
    return size;
  };
  return LineWalk(dialect, std::move(read), piece);
}

std::vector<std::string> unique_names(std::vector<std::string> names) {
  std::unordered_set<std::string> taken(names.begin(), names.end()), seen;
  std::unordered_map<std::string, std::size_t> repeats;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i].empty() ? "column_" + std::to_string(i) : names[i];
    const std::string base = name;
    bool is_new = seen.insert(name).second && (!names[i].empty() || !taken.contains(name));
    while (!is_new) {
      name = base + "." + std::to_string(++repeats[base]);
      // A name that stands in the header itself stays with the column that has it.
      is_new = !taken.contains(name) && seen.insert(name).second;
    }
    names[i] = std::move(name);
  }
  return names;
}

std::vector<std::uint32_t> match_columns(const std::string& path, const FileLayout& layout,
                                         const std::string& first_path, const ColumnNames& names,
                                         bool by_name) {
  const std::vector<std::string> here = unique_names(layout.names);
  std::vector<std::uint32_t> places(names.all.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = static_cast<std::uint32_t>(i);
  if (here == names.all) return places;
  if (!by_name) {
    throw ParseError({path, 0, 0}, "expected " + std::to_string(names.all.size()) + " columns as in " +
                                       first_path + ", found " + std::to_string(here.size()));
  }
  std::unordered_map<std::string_view, std::uint32_t> place_of;
  for (std::size_t i = 0; i < here.size(); ++i) place_of.emplace(here[i], static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < names.all.size(); ++i) {
    const auto found = place_of.find(names.all[i]);
    if (found == place_of.end() && i < names.num_first) {
      throw ParseError({path, 0, 0},
                       "expected the columns of " + first_path + ", found none named '" + names.all[i] + "'");
    }
    places[i] = found == place_of.end() ? kMissingColumn : found->second;
    if (found != place_of.end()) place_of.erase(found);
  }
  if (!place_of.empty()) {
    const auto extra = std::min_element(place_of.begin(), place_of.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    throw ParseError({path, 0, std::uint64_t{extra->second} + 1},
                     "expected the columns of " + first_path +
                         " and of the files whose headers were looked at, "
                         "found one more, '" +
                         std::string(extra->first) + "'");
  }
  return places;
}

}  // namespace treadle::csv

#include <algorithm>
#include <optional>
#include <vector>

#include "columnar/functions/register.h"
#include "columnar/functions/text_kernel.h"
#include "columnar/functions/white_space.h"
#include "treadle/error.h"

// str.part: one of the parts that a text is split into, as Python's split() and rsplit() do.
namespace treadle::columnar::functions {
namespace {

/// Cuts a text at separators: at most so many times, from the start or from the end.
class Splitter {
 public:
  /// Without a separator: at runs of white space, of which none stands in a part but the last one cut off.
  Splitter(std::optional<std::string_view> separator, std::int64_t most, bool from_end)
      : separator_(separator), most_(most > 0 ? most : INT64_MAX), from_end_(from_end) {}

  /// The parts in the text's order; views into it.
  void split(std::string_view text, std::vector<std::string_view>& parts) const {
    parts.clear();
    if (separator_) {
      from_end_ ? split_back(text, parts) : split_ahead(text, parts);
    } else {
      from_end_ ? words_back(text, parts) : words_ahead(text, parts);
    }
    if (from_end_) std::reverse(parts.begin(), parts.end());
  }

 private:
  using Parts = std::vector<std::string_view>;

  void split_ahead(std::string_view text, Parts& parts) const {
    for (std::int64_t left = most_; left > 0; --left) {
      const std::size_t at = text.find(*separator_);
      if (at == std::string_view::npos) break;
      parts.push_back(text.substr(0, at));
      text.remove_prefix(at + separator_->size());
    }
    parts.push_back(text);
  }
  void split_back(std::string_view text, Parts& parts) const {
    for (std::int64_t left = most_; left > 0; --left) {
      const std::size_t at = text.rfind(*separator_);
      if (at == std::string_view::npos) break;
      parts.push_back(text.substr(at + separator_->size()));
      text = text.substr(0, at);
    }
    parts.push_back(text);
  }
  void words_ahead(std::string_view text, Parts& parts) const {
    for (std::int64_t left = most_;; --left) {
      while (const std::size_t size = white_space_at_start(text)) text.remove_prefix(size);
      if (text.empty()) return;
      if (left == 0) break;
      std::size_t end = 0;
      while (end < text.size() && white_space_at_start(text.substr(end)) == 0) ++end;
      parts.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    parts.push_back(text);
  }
  void words_back(std::string_view text, Parts& parts) const {
    for (std::int64_t left = most_;; --left) {
      while (const std::size_t size = white_space_at_end(text)) text.remove_suffix(size);
      if (text.empty()) return;
      if (left == 0) break;
      std::size_t start = text.size();
      while (start > 0 && white_space_at_end(text.substr(0, start)) == 0) --start;
      parts.push_back(text.substr(start));
      text = text.substr(0, start);
    }
    parts.push_back(text);
  }

  std::optional<std::string_view> separator_;
  std::int64_t most_;
  bool from_end_;
};

Datum run_part(Arguments arguments, std::int64_t length, const DataType& result) {
  std::optional<std::string_view> separator;
  if (!is_null_scalar(arguments[1])) separator = text_parameter(arguments[1], "str.part", "separator");
  if (separator && separator->empty())
    throw InvalidArgument("str.part takes a separator of at least one character; found \"\"");
  const std::int64_t most = integer_parameter(arguments[2], "str.part", "number of cuts");
  const std::int64_t number = integer_parameter(arguments[3], "str.part", "number of the part");
  const Splitter splitter(separator, most, integer_parameter(arguments[4], "str.part", "side") != 0);
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t) {
    std::vector<std::string_view> parts;
    return part_of_text_or_null(column_of(row[0]),
                                [&](std::string_view text) -> std::optional<std::string_view> {
                                  splitter.split(text, parts);
                                  const auto count = static_cast<std::int64_t>(parts.size());
                                  const std::int64_t place = number < 0 ? number + count : number;
                                  if (place < 0 || place >= count) return std::nullopt;
                                  return parts[static_cast<std::size_t>(place)];
                                });
  });
}

}  // namespace

void register_text_splitting(FunctionRegistry& registry) {
  registry.add({"str.part", 5, 5, [](std::span<const DataType> types) {
                  return resolve_text(types, "str.part", TypeId::kUtf8,
                                      {TypeId::kUtf8, TypeId::kInt64, TypeId::kInt64, TypeId::kInt64},
                                      run_part);
                }});
}

}  // namespace treadle::columnar::functions

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bag/step.h"

// What happens to texts, by the rules of Python's str.
namespace treadle::bag {

StepPtr lower_step();
StepPtr upper_step();

enum class Ends : std::uint8_t { kBoth, kLeft, kRight };
/// Takes characters off the ends: white space, or those of `characters`.
StepPtr strip_step(Ends ends, std::optional<std::string> characters);
/// Replaces `from` by `to`, at most `most` times; negative: everywhere. An empty `from` is found between all
/// characters.
StepPtr replace_step(std::string from, std::string to, std::int64_t most);
/// Each character that the table has becomes its text.
StepPtr translate_step(std::vector<std::pair<std::uint32_t, std::string>> table);
/// A list of the parts between separators, or between runs of white space; at most `most` cuts, negative:
/// all. Throws InvalidArgument for an empty separator.
StepPtr split_step(std::optional<std::string> separator, std::int64_t most);
/// The texts of lists.
StepPtr flatten_step();
/// Keeps the texts that match a shell's pattern: *, ?, [abc], [!abc], [a-z].
StepPtr match_step(std::string pattern);

}  // namespace treadle::bag

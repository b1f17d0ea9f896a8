#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "treadle/bag_blocks.h"
#include "treadle/item.h"
#include "treadle/item_expression.h"
#include "treadle/text_options.h"

// What runs natively on the texts and JSON of whole partitions. A chain of these calls is one task a
// partition, which keeps nothing in between: `read_text -> lower -> split -> flatten -> frequencies` passes
// once over the bytes. Texts behave as Python's str does, by code points.
namespace treadle::bag {

/// The lines of files: what paths and patterns stand for. Partitions hold TextItems. Throws IoError,
/// InvalidArgument.
NodePtr read_text(const std::vector<std::string>& patterns, const ReadTextOptions& options = {});
/// For each partition of read_text() the file that it lies in, or begins with. Empty for other nodes.
std::vector<std::string> text_paths(const NodePtr& lines);

// Of texts, texts. Partitions of the input hold TextItems or std::vector<std::string>.
NodePtr lower(const NodePtr& texts);
NodePtr upper(const NodePtr& texts);
/// Takes white space, or any of `characters`, off both ends, the left or the right one.
NodePtr strip(const NodePtr& texts, const std::optional<std::string>& characters = {});
NodePtr lstrip(const NodePtr& texts, const std::optional<std::string>& characters = {});
NodePtr rstrip(const NodePtr& texts, const std::optional<std::string>& characters = {});
/// Replaces `from` by `to`, at most `most` times; negative: everywhere.
NodePtr replace(const NodePtr& texts, const std::string& from, const std::string& to, std::int64_t most = -1);
/// Characters become texts; those that the table lacks stay.
NodePtr translate(const NodePtr& texts, const std::vector<std::pair<std::uint32_t, std::string>>& table);
/// Keeps the texts that match a shell's pattern (*, ?, [abc], [!abc]).
NodePtr match(const NodePtr& texts, const std::string& pattern);

/// Lists of the parts between separators, or runs of white space: std::vector<std::vector<std::string>>.
NodePtr split(const NodePtr& texts, const std::optional<std::string>& separator = {}, std::int64_t most = -1);
/// The texts of such lists, which split() made.
NodePtr flatten(const NodePtr& lists);

/// Whether node is what split() made, which flatten() takes.
bool is_split(const NodePtr& node);
/// Whether partitions hold TextItems.
bool is_texts(const NodePtr& node);
/// Whether partitions hold JSON items that json() made.
bool is_json(const NodePtr& node);

/// Texts read as JSON: std::vector<Item>. With `skip`, what is no JSON is left out and counted.
NodePtr json(const NodePtr& texts, bool skip = false);
/// Of what json() made: what satisfies a condition; the part at the end of a path, or else `missing`.
NodePtr keep_json(const NodePtr& json, const ItemCondition& condition);
NodePtr pluck_json(const NodePtr& json, const ItemPath& path, const std::optional<Item>& missing = {});

/// Writes each partition of texts to a file: `pattern` with the partition's number in the place of its one
/// '*', or as NUMBER.part into the folder that it names. A text that does not end a line gets an end. Each
/// file appears whole or not at all. Partitions are the files' paths.
NodePtr write_texts(const NodePtr& texts, const std::string& pattern);

/// How often each text occurs: one partition of TextCounts, in the order of first occurrence. Only this
/// partition holds all texts at once: they are counted by parts of their hash, on disk where memory ends.
NodePtr text_frequencies(const NodePtr& texts);
/// The `k` texts that occur most often, the more frequent first; of equals, the one that occurred first.
/// TextCounts. Of text_frequencies(), each part by itself.
NodePtr top_counts(const NodePtr& frequencies, std::size_t k);
/// Different texts in the order of first occurrence: TextItems.
NodePtr distinct_texts(const NodePtr& texts);
/// The same two in pieces, several partitions one after the other: none holds all texts.
NodePtr frequencies_in_pieces(const NodePtr& texts);
NodePtr distinct_in_pieces(const NodePtr& texts);
/// The number of items of what is read or computed natively: std::vector<std::int64_t> of one.
NodePtr count_items(const NodePtr& native);
/// Moments of numbers in JSON: std::vector<Moments> of one.
NodePtr json_moments(const NodePtr& json);

}  // namespace treadle::bag

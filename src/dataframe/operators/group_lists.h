#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column.h"
#include "memory/buffer.h"

namespace treadle::dataframe {

/// Entries that belong to groups, brought group by group, in the order in which they came.
struct GroupedEntries {
  /// Entries of the i-th wanted group are entries[offsets[i]] .. entries[offsets[i + 1]] - 1.
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> entries;
};

[[noreturn]] void throw_too_many_entries();

/// Which entries belong to each of `wanted`; `group_of(entry)` answers for entries 0 .. num_entries - 1.
/// Throws OutOfMemory for more entries than 32 bits count.
template <class GroupOf>
GroupedEntries group_entries(std::span<const std::uint32_t> wanted, std::size_t num_groups,
                             std::size_t num_entries, GroupOf&& group_of) {
  constexpr std::uint32_t kUnwanted = 0xFFFFFFFF;
  if (num_entries >= kUnwanted) throw_too_many_entries();
  std::vector<std::uint32_t> place(num_groups, kUnwanted);
  for (std::uint32_t i = 0; i < wanted.size(); ++i) place[wanted[i]] = i;
  GroupedEntries grouped{std::vector<std::uint64_t>(wanted.size() + 1), {}};
  for (std::uint32_t entry = 0; entry < num_entries; ++entry) {
    const std::uint32_t at = place[group_of(entry)];
    if (at != kUnwanted) ++grouped.offsets[at + 1];
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) grouped.offsets[i + 1] += grouped.offsets[i];
  grouped.entries.resize(grouped.offsets.back());
  std::vector<std::uint64_t> next(grouped.offsets.begin(), grouped.offsets.end() - 1);
  for (std::uint32_t entry = 0; entry < num_entries; ++entry) {
    const std::uint32_t at = place[group_of(entry)];
    if (at != kUnwanted) grouped.entries[next[at]++] = entry;
  }
  return grouped;
}

/// A list column whose elements are `elements`, cut by `grouped.offsets`.
columnar::Column make_list_column(const GroupedEntries& grouped, columnar::Column elements);

/// Calls `use(begin, groups)` with pieces of at most kBlockRows elements of a list column: those of rows
/// [begin, begin + groups.size()), and for each the group of its row.
template <class Use>
void for_each_list_block(const columnar::Column& lists, std::int64_t begin,
                         std::span<const std::uint32_t> groups, std::size_t block_rows, Use&& use) {
  const auto* offsets = lists.values_as<std::int32_t>() + begin;
  std::vector<std::uint32_t> block;
  std::int64_t first = offsets[0];
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::int32_t element = offsets[i]; element < offsets[i + 1]; ++element) {
      block.push_back(groups[i]);
      if (block.size() < block_rows) continue;
      use(first, std::span<const std::uint32_t>(block));
      first += static_cast<std::int64_t>(block.size());
      block.clear();
    }
  }
  if (!block.empty()) use(first, std::span<const std::uint32_t>(block));
}

}  // namespace treadle::dataframe

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/operators/group_array.h"
#include "dataframe/operators/group_table.h"
#include "dataframe/operators/sort.h"
#include "treadle/memory.h"

namespace treadle::dataframe {

/// Which rows of a sort can be among the first of their group: of each group it remembers the ranks of the
/// best rows so far, by the first key behind those of the group. A row is left out only if enough others are
/// known to come before it, so that some come along that do not matter, and whether it is asked at all is
/// never seen in a result. One thread at a time.
class FirstOfGroups {
 public:
  /// `plan`: one with of_groups. `memory`: an empty reservation; what does not fit it is not remembered.
  FirstOfGroups(const SortPlan& plan, const columnar::SchemaPtr& schema, Reservation memory);

  /// The rows that may be among the first. All rows kept before come before them in the sort if equal.
  columnar::Batch keep(const columnar::Batch& rows);
  /// Of what keep() answered with first since the last such call, batch by batch: the rows that still may be.
  std::vector<columnar::Batch> keep_again(std::vector<columnar::Batch> kept);
  /// Whether enough is left out for it to pay. Once it does not, every row is kept.
  bool pays() const noexcept { return pays_; }

 private:
  // After so many rows it is asked how many groups there are, by the share of rows whose group came before.
  static constexpr std::int64_t kFirstLook = std::int64_t{1} << 16;

  void keep_block(const columnar::Batch& keys, const std::uint64_t* ranks, std::int64_t begin,
                  std::size_t count, std::vector<std::int64_t>& kept);
  void remember(std::uint64_t* best, std::uint64_t rank) const;
  bool make_room(std::size_t more);
  void check_pays();
  void stop();

  const SortPlan& plan_;
  columnar::SchemaPtr group_schema_;
  std::size_t count_;  // of ranks that are remembered of each group
  bool decide_;        // whether rows of one rank are equal in all keys
  GroupTable table_;
  GroupArray<std::uint64_t> best_;  // of each group, from the least; UINT64_MAX where there are not so many
  Reservation memory_;
  bool pays_ = true;
  std::int64_t seen_ = 0;
  std::int64_t left_ = 0;  // of these
  std::int64_t next_look_ = kFirstLook;
  // Of the rows that keep() answered with and keep_again() was not given yet.
  std::vector<std::uint32_t> groups_;
  std::vector<std::uint64_t> ranks_;
};

}  // namespace treadle::dataframe

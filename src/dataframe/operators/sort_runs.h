#pragma once

#include <optional>
#include <span>

#include "columnar/batch.h"
#include "dataframe/operators/sort.h"
#include "treadle/key.h"
#include "treadle/memory.h"

// What both halves of a sort use.
namespace treadle::dataframe {

void add_plan(KeyBuilder& key, const SortPlan& plan);
/// One run of `parts`, in their order where rows are equal; at most plan.limit rows. Its buffers are its own.
columnar::Batch sort_together(std::span<const columnar::Batch> parts, const SortPlan& plan);
/// Takes `more` bytes for a sort. Throws OutOfMemory saying what to do about it.
void grow_for_sort(Reservation& memory, std::size_t more);

}  // namespace treadle::dataframe

#include "dataframe/operators/group_lists.h"

#include "treadle/error.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

void throw_too_many_entries() {
  throw OutOfMemory("an aggregate keeps at most 4294967294 values of one partition; use more partitions");
}

columnar::Column make_list_column(const GroupedEntries& grouped, columnar::Column elements) {
  if (grouped.offsets.back() > INT32_MAX) {
    throw OutOfMemory("an aggregate keeps more than 2147483647 values of one partition; use more partitions");
  }
  BufferBuilder offsets(grouped.offsets.size() * sizeof(std::int32_t));
  for (std::size_t i = 0; i < grouped.offsets.size(); ++i) {
    offsets.as<std::int32_t>()[i] = static_cast<std::int32_t>(grouped.offsets[i]);
  }
  const auto length = static_cast<std::int64_t>(grouped.offsets.size()) - 1;
  DataType type = DataType::list(elements.type());
  return columnar::Column::nested(std::move(type), length, nullptr, offsets.finish(), {std::move(elements)},
                                  0);
}

}  // namespace treadle::dataframe

#pragma once

#include <optional>
#include <string>

#include "treadle/data_frame.h"

namespace treadle::sql {

/// A row a group, in the order of their numbers: that number and its values, in the order of their places, as
/// one text with `separator` between them, or as a list without. `rows` has three columns: the group's number
/// and the value's place, both integers, and the value.
DataFrame collected(const DataFrame& rows, std::size_t num_partitions, std::optional<std::string> separator);

}  // namespace treadle::sql

#pragma once

#include <memory>
#include <string>

#include "io/source.h"

namespace treadle::io {

/// `source` with a further column, the last, `name`: the number of the row as it is stored, from 0, int64: in
/// the source if its partitions all know how many rows they have, else in its partition. Costs nothing unless
/// a scan asks for it; then strips of text before the one that is read are counted first. Throws
/// InvalidArgument if `source` has a column of that name.
std::shared_ptr<const Source> number_rows(std::shared_ptr<const Source> source, std::string name);

}  // namespace treadle::io

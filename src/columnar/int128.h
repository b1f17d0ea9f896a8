#pragma once

#include <cstdint>

namespace treadle::columnar {

/// A decimal's unscaled value. `__extension__`: the type is a compiler's, not the standard's.
__extension__ typedef __int128 int128_t;
__extension__ typedef unsigned __int128 uint128_t;

}  // namespace treadle::columnar

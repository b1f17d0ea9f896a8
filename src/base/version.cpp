#include "base/version.h"

namespace treadle {

std::string_view version() noexcept { return TREADLE_VERSION; }

}  // namespace treadle

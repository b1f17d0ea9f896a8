#pragma once

#include <cstdint>

#include "treadle/data_frame.h"

namespace treadle::jobs {

/// Bytes of all sources below a frame, as their files say: what progress is measured by. A source counts
/// once.
std::uint64_t input_bytes(const DataFrame& frame);

}  // namespace treadle::jobs

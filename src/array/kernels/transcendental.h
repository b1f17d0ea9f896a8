#pragma once

#include "array/kernels/program.h"

namespace treadle::array {

/// Tile functions of the machine's vectors, for float64 and float32 (computed in double, then rounded). Under
/// 1 ulp, and the same bits on every machine: no instruction is used that rounds otherwise elsewhere.
struct TranscendentalLoops {
  TileFunction sin, cos, exp, log;
};
TranscendentalLoops transcendental_of_double();
TranscendentalLoops transcendental_of_float();

}  // namespace treadle::array

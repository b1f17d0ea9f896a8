#pragma once

#include "treadle/arrow_c.h"

namespace treadle::python {

/// A stream whose arrays are let go under the GIL, by a thread that has it anyway, or never, once the
/// interpreter ends. Their producers may need it: pyarrow's do where the bytes are NumPy's, and would ask the
/// interpreter for it in whichever thread of the engine lets go last, which does not survive that if the
/// interpreter ends meanwhile.
class HeldStream {
 public:
  /// `source` lives as long as this. It is read under the GIL.
  explicit HeldStream(ArrowArrayStream* source);
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() = default;

  ArrowArrayStream* get() noexcept { return &stream_; }

 private:
  ArrowArrayStream stream_{};
};

}  // namespace treadle::python

#pragma once

namespace treadle {

/// Asks the C library's allocator to give back to the system what it keeps of what was freed: whole pages
/// between small pieces that are in use, too. Takes milliseconds, more where the heap is large.
void trim_heap() noexcept;

}  // namespace treadle

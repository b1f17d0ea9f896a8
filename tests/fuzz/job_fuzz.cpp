// Any text as a job: planned, or refused with an error that is the job's. Nothing is run, so nothing is
// written.
#include <cstdint>
#include <string_view>

#include "scratch_folder.h"
#include "treadle/error.h"
#include "treadle/job.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 8192 || treadle::fuzz::leaves_scratch_folder(text)) return 0;
  treadle::fuzz::enter_scratch_folder();
  try {
    static_cast<void>(treadle::Job::parse(text).explain());
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error&) {  // NOLINT(bugprone-empty-catch): what is expected of most texts
  }
  return 0;
}

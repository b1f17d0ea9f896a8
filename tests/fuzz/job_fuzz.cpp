// Any bytes as a job's JSON, and as the steps and sinks of a job over a small file: a plan, or an error of
// Treadle's that is not its own fault. Planning only: nothing runs and nothing is written.
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "treadle/error.h"
#include "treadle/job.h"

namespace {

// A source whose file is there, so that what comes behind it is reached.
const std::string& source() {
  static const std::string kSource = [] {
    const std::string path = "/tmp/treadle-job-fuzz-" + std::to_string(getpid()) + ".csv";
    std::ofstream(path) << "a,b,c,d\n1,2.5,x,2024-01-31\n,,,\n";
    return R"({"source": {"csv": ")" + path + "\"}";
  }();
  return kSource;
}

void plan(const std::string& job) {
  try {
    (void)treadle::Job::parse(job, "job.json").explain();
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error&) {
    // The job was wrong; the error says so.
  }
}

// A job that names files of this machine would make the outcome depend on them.
bool names_files(const std::string& text) { return text.find("source") != std::string::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1 << 14) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!names_files(text)) plan(text);
  plan(source() + ", " + text + "}");
  plan(source() + ", \"steps\": [" + text + R"(], "sinks": [{"table": "t"}]})");
  plan(source() + ", \"sinks\": [" + text + "]}");
  return 0;
}

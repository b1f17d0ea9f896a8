#include "crash_report.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "error_report.h"
#include "treadle/error.h"

namespace treadle::app {
namespace {

constexpr int kInternalError = 70;

struct Fault {
  int signal;
  std::string_view text;
};
constexpr std::array<Fault, 5> kFaults = {{
    {SIGSEGV, "segmentation fault (SIGSEGV)"},
    {SIGBUS, "bus error (SIGBUS)"},
    {SIGFPE, "arithmetic fault (SIGFPE)"},
    {SIGILL, "illegal instruction (SIGILL)"},
    {SIGABRT, "abort (SIGABRT)"},
}};

void say(std::string_view text) {
  // Nothing is left to be done if standard error is gone.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

// A signal's handler: nothing but write() and _exit().
void end_at_fault(int signal) {
  say("treadle: InternalError: a fault in native code: ");
  for (const Fault& fault : kFaults) {
    if (fault.signal == signal) say(fault.text);
  }
  say("; please report it\n");
  ::_exit(kInternalError);
}

[[noreturn]] void end_at_terminate() {
  const std::exception_ptr error = std::current_exception();
  say(report_of(error ? error : std::make_exception_ptr(InternalError("std::terminate was called"))).text());
  ::_exit(kInternalError);
}

}  // namespace

void report_crashes() {
  std::set_terminate(end_at_terminate);
  // Room for the handler where the stack itself is what overflowed.
  alignas(16) static std::array<char, 65536> stack;
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  ::sigaltstack(&alternative, nullptr);
  for (const Fault& fault : kFaults) {
    struct sigaction before{};
    // Whoever watches already (a sanitizer) knows more than this would say.
    if (::sigaction(fault.signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) continue;
    struct sigaction action{};
    action.sa_handler = end_at_fault;
    action.sa_flags = SA_ONSTACK;
    ::sigaction(fault.signal, &action, nullptr);
  }
}

}  // namespace treadle::app

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "command_line.h"
#include "treadle/data_frame.h"
#include "treadle/table.h"

namespace treadle::app {

/// Writes to standard output. Throws IoError if that fails, OutputClosed if its reader went away.
void print(std::string_view text);

/// Rows of a table printed at most: what is longer shows its first and last.
inline constexpr std::int64_t kTableRows = 40;

/// A frame's rows where the user wants them: on standard output or in line.output, in line's format; in
/// bounded memory but for tables. `before_print` is called before each write to standard output.
void deliver(const DataFrame& frame, const CommandLine& line, const ComputeOptions& options,
             const std::function<void()>& before_print);
/// Text that is the whole result: on standard output or in line.output.
void deliver_text(std::string_view text, const CommandLine& line);

}  // namespace treadle::app

#pragma once

#include "command_line.h"

namespace treadle::app {

/// What the command line asks for. Throws what goes wrong.
void run_job(const CommandLine& line);
void run_sql(const CommandLine& line);
void show_head(const CommandLine& line);
void show_schema(const CommandLine& line);
void show_report(const CommandLine& line);

}  // namespace treadle::app

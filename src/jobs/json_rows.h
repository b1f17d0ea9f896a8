#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "treadle/table.h"

namespace treadle::jobs {

/// "[[...],[...]]": rows as lists, at most `max_rows`, appended to `out`. Values are written as in JSON
/// files: NaN and infinities are null, decimals, dates and times are texts.
void append_json_rows(std::string& out, const Table& table, std::int64_t max_rows);
/// "[{"name": ..., "type": ...}]"
void append_json_columns(std::string& out, const Schema& schema);
void append_json_text(std::string& out, std::string_view text);

}  // namespace treadle::jobs

#pragma once

#include <map>
#include <string>

#include "sql/query_text.h"
#include "treadle/data_frame.h"

namespace treadle::sql {

/// Tables that FROM can name besides files.
using NamedTables = std::map<std::string, DataFrame>;

/// Makes names that no column of a user has: "subquery 1".
class NameSource {
 public:
  std::string next(const std::string& kind) { return kind + ' ' + std::to_string(++last_); }

 private:
  int last_ = 0;
};

/// What a SELECT finds around it: the text, the tables of the caller and of every WITH that encloses it.
struct Environment {
  const QueryText& text;
  NamedTables tables;
  NameSource& names;
  /// How many SELECTs enclose this one.
  int depth = 0;
};

}  // namespace treadle::sql

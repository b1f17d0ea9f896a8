#pragma once

#include "sql/environment.h"
#include "sql/names.h"

namespace treadle::sql {

/// EXISTS as a join of the rows with the tables of its sub-query, by what its WHERE says of both: the rows
/// that have (kSemi) or have not (kAnti) a partner. False if the sub-query is more than tables and
/// conditions.
bool join_existing(const ParseNode& link, JoinKind kind, Relation& rows, const Environment& environment);

}  // namespace treadle::sql

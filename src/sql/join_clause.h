#pragma once

#include "sql/from_clause.h"

namespace treadle::sql {

/// `left JOIN right` with ON, USING or NATURAL. An inner join stays a list of sources with conditions; an
/// outer one becomes a source. Throws ParseError, NotFound, TypeError with the position.
FromClause plan_join(const ParseNode& join, FromClause left, FromClause right,
                     const Environment& environment);

}  // namespace treadle::sql

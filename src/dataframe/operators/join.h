#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "dataframe/expressions/node.h"
#include "treadle/join_options.h"
#include "treadle/key.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

enum class JoinSide : std::uint8_t { kLeft, kRight };

/// A column of a side under the name that it has behind the join.
struct JoinColumn {
  JoinSide side = JoinSide::kLeft;
  std::string column;
  std::string name;
};

/// A join as it is computed: the rows of the left side are looked up in a table of those of the right side,
/// and come in their order; partners of one row in the order of the right rows. Columns go by name, so that
/// either side may carry more than is looked at.
struct JoinSpec {
  /// kInner, kLeft, kSemi or kAnti: the others are made of these (make_join).
  JoinKind kind = JoinKind::kInner;
  /// As many as right_on; none: every right row is a partner of every left row.
  std::vector<std::string> left_on;
  std::vector<std::string> right_on;
  bool nulls_equal = false;
  /// What the join delivers. Of kSemi and kAnti, left columns only.
  std::vector<JoinColumn> columns;
  /// If set: what must be true, besides equal keys, of partners; over `condition_columns`.
  ExpressionPtr condition;
  std::vector<JoinColumn> condition_columns;

  void add_to(KeyBuilder& key) const;
  /// The columns of a side that the join looks at: keys, then others, each once.
  std::vector<std::string> columns_of(JoinSide side) const;
};

/// The columns that a join of such sides delivers.
columnar::SchemaPtr join_schema(const JoinSpec& spec, const Schema& left, const Schema& right);
/// Throws TypeError naming both keys if their values cannot be compared, and for lists and structs.
void check_key_types(const Field& left, const Field& right);

}  // namespace treadle::dataframe

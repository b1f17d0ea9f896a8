#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sql/environment.h"
#include "sql/scope.h"
#include "treadle/window.h"

// Window functions: SUM(x) OVER (PARTITION BY g ORDER BY t).
//
// Over whole groups, an aggregate is a GROUP BY that is joined to its rows. Where the order or a frame
// matters, it is made of window columns: an average of a sum and a count, the percent rank of a rank and a
// count.
namespace treadle::sql {

/// The window functions that expressions of one SELECT call: columns that attach() adds to its rows.
class Windows {
 public:
  /// `outer`: columns by which all windows are grouped besides what they say.
  Windows(const ParseNode& select, const Environment& environment, std::vector<std::string> outer)
      : select_(select), environment_(environment), outer_(std::move(outer)) {}

  /// What stands for the value of a call with OVER, whose arguments are read in `scope`.
  Expression take(const ParseNode& call, Scope& scope);
  bool any() const noexcept { return !wanted_.empty(); }
  /// The rows with a column for each of what was taken.
  DataFrame attach(const DataFrame& rows) const;

 private:
  friend class WindowScope;

  struct Order {
    Expression key;
    bool descending;
    bool nulls_first;
  };
  /// What OVER says. Frames of whole groups have no order that matters.
  struct Over {
    std::vector<Expression> keys;
    std::vector<Order> order;
    WindowFrame frame;
    std::string text;  // equal for equal ones, but for the frame
  };
  /// A window column, or (if `aggregate`) an aggregate of whole groups, that becomes the column `name`.
  struct Wanted {
    Over over;
    WindowColumn column;
    std::optional<Expression> argument;
    std::optional<Expression> aggregate;
  };

  ParseNode definition(const Json& over, const ParseNode& call) const;
  Over read(const ParseNode& window, Scope& scope) const;
  void read_frame(const ParseNode& window, Over& over, Scope& scope) const;
  Expression add(const Over& over, WindowKind kind, std::optional<Expression> argument, WindowFrame frame,
                 std::int64_t distance = 1);
  Expression add_aggregate(const Over& over, const Expression& aggregate, const ParseNode& call);
  Expression translate_function(const ParseNode& call, const std::string& name, const Over& over,
                                Scope& scope);
  Expression shift(const ParseNode& call, std::int64_t sign, const Over& over, Scope& scope);
  DataFrame attach_windows(DataFrame rows, const std::vector<Wanted>& alike) const;
  DataFrame attach_groups(const DataFrame& rows, const std::vector<Wanted>& alike) const;

  const ParseNode select_;
  const Environment& environment_;
  std::vector<std::string> outer_;
  std::vector<Wanted> wanted_;
};

}  // namespace treadle::sql

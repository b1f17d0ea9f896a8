#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/csv/date_format.h"

namespace treadle::csv {

/// Finds the form that all values of a column of dates are written in: ISO 8601, else one of the usual slash,
/// dash and dot forms; where day and month cannot be told apart, the month comes first, as in pandas.
class DateGuess {
 public:
  DateGuess();
  void see(std::string_view value);
  /// Some form fits every value seen.
  bool fits() const noexcept { return iso_ || !candidates_.empty(); }
  /// The format; empty for ISO 8601.
  std::string format() const {
    return iso_ || candidates_.empty() ? std::string() : candidates_.front().text();
  }
  /// The value that no form fits together with those before it.
  const std::string& odd_value() const noexcept { return odd_value_; }

 private:
  bool iso_ = true;
  std::vector<DateFormat> candidates_;
  std::string odd_value_;
};

}  // namespace treadle::csv

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "columnar/batch.h"
#include "columnar/column.h"
#include "columnar/function.h"
#include "dataframe/expressions/node.h"
#include "treadle/schema.h"

namespace treadle::dataframe {

/// Expressions bound to the types of a schema: a list of steps in the order in which they are computed. What
/// several expressions share is one step; what depends on no column was computed when binding. Immutable;
/// thread-safe.
class BoundExpressions {
 public:
  /// Throws NotFound for an unknown column (suggesting one), TypeError naming the expression and its types,
  /// InvalidArgument for an aggregate.
  BoundExpressions(std::span<const ExpressionPtr> expressions, const Schema& input);

  std::size_t size() const noexcept { return outputs_.size(); }
  const DataType& type(std::size_t output) const { return steps_[outputs_[output]].type; }
  /// Rows of one value, known without data.
  std::optional<Scalar> constant(std::size_t output) const;

  /// The outputs over the rows of `batch`, one Datum each: a Scalar stands for every row.
  std::vector<columnar::Datum> evaluate(const columnar::Batch& batch) const;

 private:
  friend class Binder;
  enum class StepKind : std::uint8_t { kInput, kConstant, kCall, kCast };
  struct Step {
    StepKind kind = StepKind::kInput;
    DataType type;
    std::size_t column = 0;                // kInput
    Scalar value;                          // kConstant
    columnar::Kernel kernel = nullptr;     // kCall
    bool strict = true;                    // kCast
    std::vector<std::uint32_t> arguments;  // steps before this one
    std::uint32_t last_use = 0;            // the step behind which the result can be dropped
    std::string text;                      // for messages: the expression that it computes
  };
  static columnar::Datum compute(const Step& step, std::span<const columnar::Datum> arguments,
                                 std::int64_t length);
  void set_last_uses();

  std::vector<Step> steps_;
  std::vector<std::uint32_t> outputs_;
};

/// The type of one expression over `input`. Throws as BoundExpressions does.
DataType type_of(const ExpressionPtr& expression, const Schema& input);

/// `datum` as a column of `length` rows.
columnar::Column to_column(const columnar::Datum& datum, std::int64_t length);

}  // namespace treadle::dataframe

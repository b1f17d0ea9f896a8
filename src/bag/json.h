#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bag/step.h"
#include "treadle/item.h"
#include "treadle/item_expression.h"

// JSON texts, and what is asked of them while they are in the parser: nothing is copied out but what is
// wanted.
namespace treadle::bag {

/// What is done with texts that are no JSON.
enum class OnBadJson : std::uint8_t {
  kError,
  kSkip,
  kErrorAsPython,  ///< kError; and as json.loads() has it, a mark of the byte order is none of JSON
};

/// Reads each text as one JSON value. Throws BadItem; or leaves it out, counts and warns.
StepPtr json_step(OnBadJson on_bad);
/// Keeps the values that satisfy a condition.
StepPtr json_filter_step(ItemCondition condition);
/// The part of each value at the end of `path`. Without a default, a value that lacks it is a BadItem; with
/// one that is null or a text or number, it stands in.
StepPtr json_pluck_step(ItemPath path, std::optional<Item> missing);

/// A copy that owns what it has.
Item to_item(const simdjson::dom::element& element);

}  // namespace treadle::bag

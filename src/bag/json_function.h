#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bag/step.h"
#include "treadle/bag_blocks.h"
#include "treadle/item.h"
#include "treadle/item_expression.h"

// Simple functions of Python over JSON, without Python.
//
//   lambda r: r["status"] == "paid" and r["amount"] > 3      a tree, evaluated while the record lies in the
//                                                            parser
//
// What a tree says is what Python would say. Where Python would raise, or answer with what JSON does not have
// (an integer beyond 64 bits), a step throws BadItem: then the partition is made again by the function
// itself.
namespace treadle::bag {

struct JsonFunction;
using JsonFunctionPtr = std::shared_ptr<const JsonFunction>;

/// A function of a JSON value as a tree.
struct JsonFunction {
  enum class Kind : std::uint8_t {
    kItem,      ///< the value that the function is called with
    kConstant,  ///< `constant`
    kVariable,  ///< what `variable` answers with when a partition is begun
    kPart,      ///< x[key]
    kPartOr,    ///< x[key], or parts[1] after a KeyError or IndexError
    kGet,       ///< x.get(key, parts[1])
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kHas,     ///< key in x
    kIn,      ///< x in constant, a list
    kInSet,   ///< x in constant, whose elements are hashed
    kIsNone,  ///< x is None
    kNot,
    kIf,  ///< parts[1] if parts[0] else parts[2]
  };
  Kind kind = Kind::kItem;
  std::vector<JsonFunctionPtr> parts;  // x first
  ItemKey key;
  Item constant;
  std::function<Item()> variable;
};

/// What is done with each record: kept where the function is true, or replaced by the part that it picks: a
/// chain of kPart, the outermost perhaps a kPartOr or kGet with a constant.
struct JsonUse {
  enum class Kind : std::uint8_t { kKeep, kPick };
  Kind kind = Kind::kKeep;
  JsonFunctionPtr function;
};

/// The texts for which `keep` is true of the JSON they hold, as TextItems. `otherwise` makes the partition of
/// the texts where that cannot be said; `identity` stands for what it does.
NodePtr texts_of_json(const NodePtr& texts, const JsonFunctionPtr& keep, const Key& identity,
                      BlockFunction otherwise);
/// What `uses` make of the JSON in texts, std::vector<Item>; `otherwise` as above.
NodePtr items_of_json(const NodePtr& texts, const std::vector<JsonUse>& uses, const Key& identity,
                      BlockFunction otherwise);

}  // namespace treadle::bag

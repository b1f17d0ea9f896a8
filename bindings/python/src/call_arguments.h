#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "src/python_object.h"
#include "treadle/value.h"

namespace treadle::python {

/// An argument of a call that is written down now and made later: a constant, the value of something lazy, or
/// a container that holds such a value at any depth.
struct CallArgument {
  enum class Kind : std::uint8_t {
    kConstant,
    kInput,
    kList,
    kTuple,
    kSet,
    kFrozenSet,
    kDict,        ///< items: keys and values in turn
    kSlice,       ///< items: start, stop, step
    kNamedTuple,  ///< object: the class
    kDataClass,   ///< object: the instance; items: the values of `names`
  };
  Kind kind = Kind::kConstant;
  std::uint32_t input = 0;
  SharedObject object;
  std::vector<CallArgument> items;
  std::vector<SharedObject> names;

  /// Another of the same. Under the GIL.
  CallArgument share() const;
};

/// Finds what is lazy in arguments. `Found` tells it: the number of the input that an object stands for, or
/// kNotLazy.
class LazyFinder {
 public:
  static constexpr std::uint32_t kNotLazy = UINT32_MAX;
  virtual ~LazyFinder() = default;
  virtual std::uint32_t input_of(nb::handle object) = 0;
};

/// Takes an argument apart, as far as it holds something lazy. Containers are those that Dask looks into:
/// list, tuple, set, frozenset, dict, slice, named tuples, instances of data classes.
CallArgument read_argument(nb::handle object, LazyFinder& finder);

/// The argument for a call whose inputs have these values.
nb::object make_argument(const CallArgument& argument, std::span<const Value> inputs);

}  // namespace treadle::python

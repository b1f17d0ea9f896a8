#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "array/kernels/program.h"
#include "treadle/dtype.h"

namespace treadle::array {

/// One implementation of an elementwise function, for certain kinds of elements.
struct Loop {
  std::vector<ElementKind> inputs;
  ElementKind output;
  TileFunction run;
};

/// An elementwise function by its NumPy name. Its loops stand in NumPy's order: the first to whose kinds the
/// arguments can be cast safely is taken.
struct Ufunc {
  std::string name;
  std::size_t num_inputs = 0;
  std::vector<Loop> loops;
};

/// All functions. Filled by the files of this folder, one group each.
class UfuncTable {
 public:
  /// Throws InternalError if `name` has another number of inputs already.
  void add(std::string_view name, Loop loop);
  const std::map<std::string, Ufunc, std::less<>>& functions() const noexcept { return functions_; }

 private:
  std::map<std::string, Ufunc, std::less<>> functions_;
};

void add_arithmetic(UfuncTable& table);
void add_comparisons(UfuncTable& table);
void add_logic(UfuncTable& table);
void add_float_functions(UfuncTable& table);
void add_complex_functions(UfuncTable& table);
void add_time_functions(UfuncTable& table);

/// Throws NotFound naming the nearest function there is.
const Ufunc& find_ufunc(std::string_view name);
/// The names of all, sorted.
std::vector<std::string> ufunc_names();

/// How a function is computed for arguments of certain types.
struct ResolvedUfunc {
  const Loop* loop;
  /// What the arguments are to be cast to.
  std::vector<DType> inputs;
  DType output;
};
/// Throws TypeError naming the function and the types.
ResolvedUfunc resolve(const Ufunc& ufunc, std::span<const DType> types);

/// Elements of one type as another; the unit of datetimes must be the same. Floats become integers towards
/// zero, as in NumPy; what does not fit is the least integer of 64 bits, cut.
TileFunction cast_function(ElementKind from, ElementKind to);

}  // namespace treadle::array

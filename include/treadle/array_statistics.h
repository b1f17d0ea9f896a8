#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "treadle/array.h"

// Running sums, order statistics and counts.
namespace treadle::array {

/// Running sums or products ("cumsum", "cumprod", "nancumsum", "nancumprod", which take NaN for nothing)
/// along an axis; without one, over all elements in C order.
Array cumulate(std::string_view name, const Array& x, std::optional<std::int64_t> axis = {},
               std::optional<DType> dtype = {});

/// How a quantile that lies between two elements is found: NumPy's names.
enum class QuantileMethod : std::uint8_t { kLinear, kLower, kHigher, kNearest, kMidpoint };
/// The values below which shares q (0 to 1) of the elements lie, along an axis or over all of them: exact, as
/// NumPy's quantile(). The answer's first axis are the shares. What is looked at at once must fit memory: a
/// whole axis, of as many neighbours as the target for chunks allows. `skip_nan`: NaN is left out; else it
/// wins.
Array quantile(const Array& x, const std::vector<double>& q, std::optional<std::int64_t> axis = {},
               QuantileMethod method = QuantileMethod::kLinear, bool skip_nan = false);

/// How many elements lie in each of edges.size() - 1 bins, the last of which holds its right edge; or the sum
/// of their weights, an array of x's shape. Throws InvalidArgument unless the edges ascend.
Array histogram(const Array& x, const std::vector<double>& edges, const std::optional<Array>& weights = {});
/// For each element the number of edges at or below it (below it if `right`), as NumPy's digitize().
Array digitize(const Array& x, const std::vector<double>& edges, bool right = false);
/// How often 0, 1, 2 ... occur in a 1-d array of integers, or the sums of their weights; at least `minlength`
/// counts. The answer's length is unknown before computing. A negative element is an InvalidArgument.
Array bincount(const Array& x, const std::optional<Array>& weights = {}, std::int64_t minlength = 0);

/// The distinct elements, ascending, NaN last and once; where each occurs first in C order; how often.
struct Unique {
  Array values;
  Array first;
  Array counts;
};
Unique unique(const Array& x);

/// Where values would go into ascending elements so that these stay in order: before equal ones, behind them
/// if `right`. NumPy's order: NaN and NaT last. Chunks of both are looked at in pairs.
Array searchsorted(const Array& sorted, const Array& values, bool right = false);
/// Whether each element is among those of an array of any shape. NaN is equal to nothing.
Array isin(const Array& x, const Array& among);
/// The places of the elements that are not zero, in C order: a row each, a column for each axis.
Array argwhere(const Array& x);

/// The k largest elements along an axis, descending; if k is negative, the -k least, ascending.
Array topk(const Array& x, std::int64_t k, std::int64_t axis = -1);
/// Where they are; of equal ones the first.
Array argtopk(const Array& x, std::int64_t k, std::int64_t axis = -1);

}  // namespace treadle::array

#include "array/align.h"

#include <algorithm>
#include <string>
#include <utility>

#include "treadle/error.h"

namespace treadle::array {
namespace {

/// The chunks that begin wherever either's do.
std::vector<std::int64_t> refine(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b) {
  std::vector<std::int64_t> both;
  std::size_t i = 0;
  std::size_t j = 0;
  std::int64_t left_a = a[0];
  std::int64_t left_b = b[0];
  while (i < a.size() && j < b.size()) {
    const std::int64_t step = std::min(left_a, left_b);
    if (step > 0) both.push_back(step);
    left_a -= step;
    left_b -= step;
    if (left_a == 0 && ++i < a.size()) left_a = a[i];
    if (left_b == 0 && ++j < b.size()) left_b = b[j];
  }
  if (both.empty()) both.push_back(0);
  return both;
}

[[noreturn]] void refuse(const std::vector<Array>& arrays) {
  std::string shapes;
  for (const Array& array : arrays) shapes += (shapes.empty() ? "" : " and ") + to_string(array.shape());
  throw InvalidArgument("expected shapes that broadcast, found " + shapes);
}

bool is_one(const std::vector<std::int64_t>& axis) { return axis.size() == 1 && axis[0] == 1; }

bool unknown(const std::vector<std::int64_t>& axis) {
  return std::find(axis.begin(), axis.end(), kUnknownLength) != axis.end();
}

std::int64_t length(const std::vector<std::int64_t>& axis) {
  std::int64_t sum = 0;
  for (const std::int64_t chunk : axis) sum += chunk;
  return sum;
}

std::vector<std::int64_t> common_axis(const std::vector<Array>& arrays, const std::vector<std::int64_t>& a,
                                      const std::vector<std::int64_t>& b) {
  if (a == b || is_one(b)) return a;
  if (is_one(a)) return b;
  if (unknown(a) || unknown(b)) {
    if (a.size() == b.size()) return unknown(a) ? b : a;
    throw InvalidArgument("expected chunks of known sizes, found " + std::to_string(a.size()) + " and " +
                          std::to_string(b.size()) +
                          " chunks along an axis of unknown length; call compute_chunk_sizes() first");
  }
  // An axis of length 1 is one however it is cut.
  if (length(b) == 1) return a;
  if (length(a) == 1) return b;
  if (length(a) != length(b)) refuse(arrays);
  return refine(a, b);
}

}  // namespace

Aligned align(const std::vector<Array>& arrays) {
  std::size_t ndim = 0;
  for (const Array& array : arrays) ndim = std::max(ndim, array.ndim());
  std::vector<std::vector<std::int64_t>> axes(ndim, std::vector<std::int64_t>{1});
  for (const Array& array : arrays) {
    const std::size_t added = ndim - array.ndim();
    for (std::size_t i = 0; i < array.ndim(); ++i) {
      axes[added + i] = common_axis(arrays, axes[added + i], array.chunks().axis(i));
    }
  }
  std::size_t element_size = 1;
  std::int64_t largest = 0;
  for (const Array& array : arrays) {
    element_size = std::max(element_size, array.dtype().size());
    largest = std::max(largest, array.chunks().largest());
  }
  const Chunks whole = limit_chunks(Chunks(std::move(axes)), element_size, largest);
  axes = whole.axes();
  Aligned aligned;
  for (const Array& array : arrays) {
    const std::size_t added = ndim - array.ndim();
    std::vector<AxisChunking> wanted;
    bool same = true;
    for (std::size_t i = 0; i < array.ndim(); ++i) {
      const auto& own = array.chunks().axis(i);
      const bool broadcasts = !unknown(own) && length(own) == 1 && length(axes[added + i]) != 1;
      const bool keep = unknown(own) || unknown(axes[added + i]);
      std::vector<std::int64_t> target = broadcasts ? std::vector<std::int64_t>{1}
                                         : keep     ? own
                                                    : axes[added + i];
      same &= target == own;
      wanted.emplace_back(std::move(target));
    }
    aligned.arrays.push_back(same ? array : array.rechunk(Chunking(std::move(wanted))));
  }
  aligned.chunks = Chunks(std::move(axes));
  return aligned;
}

Chunks limit_chunks(const Chunks& chunks, std::size_t element_size, std::int64_t largest_input) {
  const auto size = static_cast<std::int64_t>(element_size);
  const std::int64_t limit = 2 * std::max(largest_input, kTargetChunkBytes / size);
  if (!chunks.known() || chunks.largest() <= limit) return chunks;
  return Chunking(std::vector<AxisChunking>(chunks.ndim())).chunks_of(chunks.shape(), element_size, &chunks);
}

std::size_t checked_axis(std::int64_t axis, std::size_t ndim) {
  const auto count = static_cast<std::int64_t>(ndim);
  if (axis < -count || axis >= count) {
    throw InvalidArgument("expected an axis of an array with " + std::to_string(ndim) + " axes, found axis " +
                          std::to_string(axis));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

void require_known(const Array& array, const char* what) {
  if (array.chunks().known()) return;
  throw InvalidArgument(std::string("expected chunks of known sizes for ") + what + ", found the chunks " +
                        array.chunks().to_string() + "; call compute_chunk_sizes() first");
}

}  // namespace treadle::array

#include "treadle/array_manipulation.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "treadle/array_blocks.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;
using Positions = std::vector<std::int64_t>;

Array counting(const Shape& shape, const Chunking& chunking) {
  std::vector<double> values(static_cast<std::size_t>(num_elements(shape)));
  std::iota(values.begin(), values.end(), 0.0);
  return from_nd_array(NdArray::of(values, shape), chunking);
}

std::vector<double> values_of(const Array& x) {
  const NdArray result = x.astype(K::kFloat64).compute().packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

TEST(Index, TakesPositionsSlicesAndNewAxes) {
  for (const int size : {1, 2, 10}) {
    const Array x = counting({4, 5}, size);
    EXPECT_EQ(values_of(index(x, {std::int64_t{-1}})), (std::vector<double>{15, 16, 17, 18, 19}));
    EXPECT_EQ(values_of(index(x, {Slice{1, 3}, Slice{{}, {}, 2}})),
              (std::vector<double>{5, 7, 9, 10, 12, 14}));
    EXPECT_EQ(values_of(index(x, {Ellipsis{}, Slice{-2, {}, -2}})),
              (std::vector<double>{3, 1, 8, 6, 13, 11, 18, 16}));
    EXPECT_EQ(index(x, {NewAxis{}, std::int64_t{0}, NewAxis{}}).shape(), (Shape{1, 1, 5}));
    EXPECT_EQ(index(x, {Slice{2, 2}}).compute().shape(), (Shape{0, 5}));
    EXPECT_EQ(values_of(flip(x, {{1}})), values_of(index(x, {Slice{}, Slice{{}, {}, -1}})));
  }
  EXPECT_THROW(index(counting({3}, 2), {std::int64_t{3}}), InvalidArgument);
  EXPECT_THROW(index(counting({3}, 2), {std::int64_t{0}, std::int64_t{0}}), InvalidArgument);
  EXPECT_THROW(index(counting({3}, 2), {Slice{{}, {}, 0}}), InvalidArgument);
}

TEST(Index, TakesListsOfPositions) {
  const Array x = counting({4, 3}, {2});
  EXPECT_EQ(values_of(index(x, {Positions{3, 0, -1}})), (std::vector<double>{9, 10, 11, 0, 1, 2, 9, 10, 11}));
  EXPECT_EQ(values_of(index(x, {std::int64_t{1}, Positions{2, 2}})), (std::vector<double>{5, 5}));
  EXPECT_EQ(take(x, {}, 0).compute().shape(), (Shape{0, 3}));
  EXPECT_THROW(take(x, {4}, 0), InvalidArgument);
}

TEST(Index, SelectsWhereAConditionHolds) {
  const Array x = counting({4, 3}, {3});
  EXPECT_EQ(values_of(select(x, x > 7)), (std::vector<double>{8, 9, 10, 11}));
  const Array rows = index(x, {index(x, {Slice{}, std::int64_t{0}}) > 2});
  EXPECT_EQ(rows.shape()[0], kUnknownLength);
  EXPECT_EQ(values_of(rows), (std::vector<double>{3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(values_of(rows.sum({.axes = 0})), (std::vector<double>{18, 21, 24}));
  EXPECT_EQ(rows.compute_chunk_sizes().shape(), (Shape{3, 3}));
  EXPECT_EQ(values_of(rows * 2 + rows), values_of(rows * 3));
  EXPECT_THROW(rows.size(), InvalidArgument);
  EXPECT_THROW(index(rows, {Slice{1, 2}}), InvalidArgument);
}

TEST(Reshape, KeepsTheOrderHoweverItIsCut) {
  const Shape shapes[] = {{24}, {2, 12}, {4, 6}, {2, 3, 4}, {1, 24, 1}, {4, 3, 2}, {6, 1, 4}};
  for (const int size : {1, 2, 5, 100}) {
    for (const Shape& from : shapes) {
      for (const Shape& to : shapes) {
        const Array y = reshape(counting(from, size), to);
        EXPECT_EQ(y.shape(), to);
        EXPECT_EQ(values_of(y), values_of(counting({24}, -1))) << to_string(from) << to_string(to) << size;
      }
    }
  }
  EXPECT_EQ(reshape(counting({4, 6}, 2), {-1, 8}).shape(), (Shape{3, 8}));
  EXPECT_EQ(reshape(counting({0, 6}, 2), {3, 0}).compute().shape(), (Shape{3, 0}));
  EXPECT_THROW(reshape(counting({4, 6}, 2), {5, 5}), InvalidArgument);
  EXPECT_THROW(reshape(counting({4, 6}, 2), {-1, 7}), InvalidArgument);
}

TEST(Join, ConcatenatesStacksAndBroadcasts) {
  const Array x = counting({2, 3}, 2);
  const Array y = counting({1, 3}, 1) + 10;
  EXPECT_EQ(values_of(concatenate({x, y})), (std::vector<double>{0, 1, 2, 3, 4, 5, 10, 11, 12}));
  EXPECT_EQ(values_of(concatenate({x, x.rechunk(1)}, 1)),
            (std::vector<double>{0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5}));
  EXPECT_EQ(stack({x, x}, -1).shape(), (Shape{2, 3, 2}));
  EXPECT_EQ(values_of(stack({x, x}, -1).sum({.axes = 2})), values_of(x * 2));
  EXPECT_EQ(values_of(broadcast_to(index(x, {std::int64_t{0}}), {2, 3})),
            (std::vector<double>{0, 1, 2, 0, 1, 2}));
  EXPECT_THROW(concatenate({x, counting({2, 2}, 1)}), InvalidArgument);
  EXPECT_THROW(broadcast_to(x, {3, 3}), InvalidArgument);
}

TEST(MapBlocks, CallsAFunctionForEachChunk) {
  const Array x = counting({4, 4}, 2);
  const Array firsts = map_blocks(
      [](std::span<const NdArray> chunks, const BlockPlace& place) {
        const std::vector<double> one = {chunks[0].packed().values<double>()[0] +
                                         static_cast<double>(place.offset[0])};
        return NdArray::of(one, {1, 1});
      },
      {x}, K::kFloat64, Chunks({{1, 1}, {1, 1}}));
  EXPECT_EQ(values_of(firsts), (std::vector<double>{0, 2, 9, 11}));
  const Array wrong = map_blocks([](auto chunks, const BlockPlace&) { return chunks[0]; }, {x}, K::kInt64);
  EXPECT_THROW(wrong.compute(), InvalidArgument);
}

/// Each element and its left neighbour, of a 1-d chunk; the first element alone.
NdArray with_left(std::span<const NdArray> chunks, const BlockPlace&) {
  const NdArray packed = chunks[0].packed();
  const auto own = packed.values<double>();
  std::vector<double> sums(own.begin(), own.end());
  for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += own[i - 1];
  return NdArray::of(sums, packed.shape());
}

TEST(MapOverlap, SeesNeighbours) {
  const std::vector<double> inner = {1, 3, 5, 7, 9, 11};
  for (const int size : {1, 2, 3, 7}) {
    const Array x = counting({7}, size);
    const auto run = [&](const Edge& edge) {
      return values_of(map_overlap(with_left, x, K::kFloat64, {1}, edge));
    };
    const auto with_first = [&](double first) {
      std::vector<double> expected = {first};
      expected.insert(expected.end(), inner.begin(), inner.end());
      return expected;
    };
    EXPECT_EQ(run(Boundary::kNone), with_first(0)) << size;
    EXPECT_EQ(run(Boundary::kPeriodic), with_first(6)) << size;
    EXPECT_EQ(run(Boundary::kNearest), with_first(0)) << size;
    EXPECT_EQ(run(5.0), with_first(5)) << size;
  }
}

}  // namespace
}  // namespace treadle::array

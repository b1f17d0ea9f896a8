#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <numeric>
#include <vector>

#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

using K = ElementKind;
using Doubles = std::vector<double>;

Array of(const Doubles& values, Shape shape, const Chunking& chunking) {
  return from_nd_array(NdArray::of(values, std::move(shape)), chunking);
}

Doubles values_of(const Array& x) {
  const NdArray result = x.astype(K::kFloat64).compute().packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

/// The largest difference of two arrays.
double distance(const Array& a, const Array& b) { return values_of(apply("absolute", {a - b}).max())[0]; }

Array noise(const Shape& shape, const Chunking& chunking) { return Random(5).normal(0, 1, shape, chunking); }

TEST(Products, AgreeHoweverMatricesAreCut) {
  const Array a = of({1, 2, 3, 4, 5, 6}, {2, 3}, -1);
  const Array b = of({1, 0, 2, 1, 0, 3}, {3, 2}, -1);
  const Doubles expected = {5, 11, 14, 23};
  for (const int size : {1, 2, 3}) {
    EXPECT_EQ(values_of(matmul(a.rechunk(size), b.rechunk(2))), expected);
    EXPECT_EQ(values_of(matmul(a.rechunk(size).astype(K::kInt8), b.rechunk(1).astype(K::kInt8))), expected);
    EXPECT_EQ(values_of(einsum("ij,jk->ik", {a.rechunk(size), b})), expected);
    EXPECT_EQ(values_of(tensordot(a.rechunk(size), b, 1)), expected);
    EXPECT_EQ(values_of(tensordot(a.rechunk(size), b, {1, 0}, {0, 1})), Doubles{28});
  }
  EXPECT_EQ(matmul(a.astype(K::kInt8), b.astype(K::kInt8)).dtype(), DType(K::kInt8));
  EXPECT_EQ(values_of(dot(index(a, {std::int64_t{0}}), index(a, {std::int64_t{1}}))), Doubles{32});
  EXPECT_THROW(matmul(a, a), InvalidArgument);
}

TEST(Products, FollowEinsteinsLetters) {
  const Array a = noise({3, 4, 5}, 2);
  const Array b = noise({3, 5, 4}, 3);
  EXPECT_LT(distance(einsum("bij,bjk->bik", {a, b}), matmul(a, b)), 1e-12);
  EXPECT_LT(distance(einsum("bij,bji->", {a, b}), (a * b.transpose({{0, 2, 1}})).sum()), 1e-12);
  EXPECT_LT(distance(einsum("...ij->...ji", {a}), a.transpose({{0, 2, 1}})), 1e-15);
  EXPECT_LT(distance(einsum("ijk,i->kj", {a, ones({3})}), a.sum({.axes = 0}).transpose()), 1e-12);
  EXPECT_LT(distance(einsum("i,j", {ones({2}), ones({3}) * 2}), ones({2, 3}) * 2), 1e-15);
  EXPECT_EQ(values_of(einsum("ii", {of({1, 2, 3, 4}, {2, 2}, 1)})), Doubles{5});
  EXPECT_EQ(matmul(ones({2, 1, 3, 4}), ones({5, 4, 2})).shape(), (Shape{2, 5, 3, 2}));
  EXPECT_THROW(einsum("ij,jk->ik", {a}), InvalidArgument);
  EXPECT_THROW(einsum("ij->k", {ones({2, 2})}), InvalidArgument);
}

void expect_qr(const Array& a) {
  const auto [q, r] = qr(a);
  EXPECT_LT(distance(matmul(q, r), a), 1e-12) << a.chunks().to_string();
  const std::int64_t k = q.shape()[1];
  EXPECT_LT(distance(matmul(q.transpose(), q), eye(k)), 1e-12) << a.chunks().to_string();
}

TEST(Factors, QrOfTallWideAndSingleChunks) {
  expect_qr(noise({20, 4}, Chunking({std::int64_t{6}, std::int64_t{-1}})));
  expect_qr(noise({20, 4}, Chunking({std::int64_t{3}, std::int64_t{-1}})));
  expect_qr(noise({4, 9}, Chunking({std::int64_t{-1}, std::int64_t{3}})));
  expect_qr(noise({3, 3}, -1));
  EXPECT_THROW(qr(noise({4, 4}, 2)), InvalidArgument);
}

TEST(Factors, SvdPutsTheMatrixTogetherAgain) {
  for (const Array& a : {noise({20, 4}, Chunking({std::int64_t{6}, std::int64_t{-1}})),
                         noise({4, 20}, Chunking({std::int64_t{-1}, std::int64_t{7}})), noise({5, 5}, -1),
                         // Cut along the axis that is the shorter one.
                         noise({20, 4}, Chunking({std::int64_t{-1}, std::int64_t{3}})),
                         noise({4, 20}, Chunking({std::int64_t{3}, std::int64_t{-1}}))}) {
    const Svd parts = svd(a);
    EXPECT_LT(distance(matmul(parts.u * parts.s, parts.vt), a), 1e-12);
    const Doubles s = values_of(parts.s);
    EXPECT_TRUE(std::is_sorted(s.rbegin(), s.rend()));
  }
  const Array low = matmul(noise({60, 3}, Chunking({std::int64_t{25}, std::int64_t{-1}})),
                           noise({3, 40}, Chunking({std::int64_t{-1}, std::int64_t{15}})));
  Random random(1);
  const Svd parts = svd_compressed(low, 3, random);
  EXPECT_LT(distance(matmul(parts.u * parts.s, parts.vt), low), 1e-10);
}

TEST(Factors, TallMatricesOfUnknownNumbersOfRows) {
  const Array whole = noise({40, 3}, Chunking({std::int64_t{7}, std::int64_t{-1}}));
  // Chunks of many rows, of fewer than columns, of none.
  const Array position = arange(40, 7);
  const Array wanted = apply("logical_or", {position < 16, position >= 37});
  const Array some = compress(wanted, whole, 0);
  EXPECT_FALSE(some.chunks().known());
  const Array same = some.compute_chunk_sizes();
  const auto [q, r] = qr(some);
  EXPECT_EQ(r.shape(), (Shape{3, 3}));
  EXPECT_LT(distance(matmul(q, r).compute_chunk_sizes(), same), 1e-12);
  EXPECT_LT(distance(matmul(q.transpose(), q), eye(3)), 1e-12);
  const Svd parts = svd(some);
  EXPECT_LT(distance(parts.s, svd(same).s), 1e-12);
  EXPECT_LT(distance(matmul(parts.u * parts.s, parts.vt).compute_chunk_sizes(), same), 1e-12);
  EXPECT_THROW(qr(some.transpose()), InvalidArgument);
  const auto [wide_q, wide_r] = qr(compress(position < 2, whole, 0));
  EXPECT_THROW(wide_q.compute(), InvalidArgument);
  EXPECT_THROW(wide_r.compute(), InvalidArgument);
}

TEST(Factors, SolvesInvertsAndFits) {
  const Array a = noise({6, 6}, 4);
  const Array b = noise({6, 3}, 2);
  EXPECT_LT(distance(matmul(a, solve(a, b)), b), 1e-11);
  EXPECT_LT(distance(matmul(a, inv(a)), eye(6)), 1e-11);
  const Array positive = matmul(a, a.transpose()) + eye(6);
  const Array lower = cholesky(positive);
  EXPECT_LT(distance(matmul(lower, lower.transpose()), positive), 1e-11);
  const Array tall = noise({12, 3}, Chunking({std::int64_t{5}, std::int64_t{-1}}));
  const Array weights = of({1, -2, 3}, {3}, -1);
  EXPECT_LT(distance(lstsq(tall, matmul(tall, weights)), weights), 1e-11);
  EXPECT_THROW(solve(zeros({2, 2}), ones({2})).compute(), InvalidArgument);
  EXPECT_THROW(cholesky(-eye(2)).compute(), InvalidArgument);
}

/// 1,100 rows are three block columns.
constexpr std::int64_t kLarge = 1100;

TEST(Factors, LargeSystemsAreSolvedByBlockColumns) {
  const Array a = noise({kLarge, kLarge}, 300);
  const Array b = noise({kLarge, 3}, 2);
  EXPECT_LT(distance(matmul(a, solve(a, b)), b), 1e-8);
  const Array positive = matmul(a, a.transpose()) / 1100 + eye(kLarge, {}, 0, K::kFloat64, 300);
  EXPECT_LT(distance(matmul(positive, solve(positive, b, true)), b), 1e-9);
  EXPECT_LT(distance(solve(positive, b, true), solve(positive, b)), 1e-9);
  const Array lower = cholesky(positive);
  EXPECT_EQ(lower.chunks(), positive.chunks());
  EXPECT_LT(distance(matmul(lower, lower.transpose()), positive), 1e-10);
  EXPECT_LT(distance(matmul(lower, solve_triangular(lower, b, true)), b), 1e-10);
  EXPECT_LT(distance(matmul(lower.transpose(), solve_triangular(lower.transpose(), b)), b), 1e-10);
}

TEST(Factors, LuExchangesRowsAcrossBlockColumns) {
  for (const std::int64_t n : {std::int64_t{7}, kLarge}) {
    const Array a = noise({n, n}, 400);
    const LuFactors parts = lu(a);
    EXPECT_LT(distance(matmul(parts.p, matmul(parts.lower, parts.upper)), a), 1e-10) << n;
    // Partial pivoting: nothing in L is larger than 1, and P is a permutation.
    EXPECT_LE(values_of(apply("absolute", {parts.lower}).max())[0], 1);
    EXPECT_EQ(distance(matmul(parts.p, parts.p.transpose()), eye(n)), 0) << n;
  }
  // A singular matrix has factors all the same.
  EXPECT_EQ(values_of(lu(zeros({2, 2})).upper), (Doubles{0, 0, 0, 0}));
}

TEST(Factors, BlockColumnsAnswerWithTheSameBitsOnAnyNumberOfThreads) {
  const Array a = noise({kLarge, kLarge}, 300);
  const Array b = noise({kLarge, 2}, -1);
  ComputeOptions one;
  one.run.num_threads = 1;
  ComputeOptions four;
  four.run.num_threads = 4;
  const NdArray first = solve(a, b).compute(one).packed();
  const NdArray second = solve(a, b).compute(four).packed();
  EXPECT_EQ(std::memcmp(first.data(), second.data(), first.nbytes()), 0);
}

TEST(Factors, LargeMatricesThatCannotBeSolvedSaySo) {
  const Array singular = ones({kLarge, kLarge}, K::kFloat64, 300);
  EXPECT_THROW(solve(singular, ones({kLarge})).compute(), InvalidArgument);
  EXPECT_THROW(cholesky(-eye(kLarge)).compute(), InvalidArgument);
  EXPECT_THROW(solve_triangular(zeros({3, 3}), ones({3})).compute(), InvalidArgument);
}

TEST(Products, LongWorkOfTwoChunksIsSharedAmongTasks) {
  const Array a = noise({1700, 1700}, -1).astype(K::kFloat32);
  const Array product = matmul(a, a);
  EXPECT_EQ(product.chunks(), a.chunks());
  EXPECT_NE(product.explain().find("Rechunk"), std::string::npos);
  const Array row = index(a, {Slice{1699, {}}});
  EXPECT_LT(distance(index(product, {Slice{1699, {}}}), matmul(row, a)), 1e-3);
}

TEST(Products, ReadTransposedAndCutMatricesWhereTheyLie) {
  const Array a = noise({30, 20}, -1);
  const Array part = index(a, {Slice{3, 17}, Slice{2, 9}});
  const Array copied = part + 0;
  EXPECT_EQ(distance(matmul(part.transpose(), part), matmul(copied.transpose(), copied)), 0);
  EXPECT_LT(distance(matmul(index(a, {Slice{{}, {}, 2}}).transpose(), index(a, {Slice{{}, {}, -2}})),
                     (expand_dims(index(a, {Slice{{}, {}, 2}}), {2}) *
                      expand_dims(index(a, {Slice{{}, {}, -2}}), {1}))
                         .sum({.axes = 0})),
            1e-12);
}

TEST(Norms, AreNumPys) {
  const Array x = of({3, -4, 0, 1}, {2, 2}, 1);
  EXPECT_DOUBLE_EQ(values_of(norm(x))[0], std::sqrt(26));
  EXPECT_EQ(values_of(norm(x, 1)), Doubles{5});
  EXPECT_EQ(values_of(norm(x, INFINITY)), Doubles{7});
  EXPECT_EQ(values_of(norm(x, {}, {.axes = 1})), (Doubles{5, 1}));
  EXPECT_EQ(values_of(norm(x, INFINITY, {.axes = 1})), (Doubles{4, 1}));
  EXPECT_EQ(values_of(norm(ravel(x), 0)), Doubles{3});
  EXPECT_DOUBLE_EQ(values_of(norm(ravel(x), 3))[0], std::cbrt(27 + 64 + 1));
}

TEST(Linear, ComplexMatricesToo) {
  const Array re = noise({8, 3}, Chunking({std::int64_t{4}, std::int64_t{-1}}));
  const Array a = re + re * re * std::complex<double>(0, 1);
  const auto [q, r] = qr(a);
  EXPECT_LT(distance(apply("absolute", {matmul(q, r) - a}), zeros({8, 3})), 1e-12);
  EXPECT_EQ(svd(a).s.dtype(), DType(K::kFloat64));
}

}  // namespace
}  // namespace treadle::array

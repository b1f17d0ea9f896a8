#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "array/kernels/make_array.h"
#include "treadle/array_files.h"
#include "treadle/array_manipulation.h"
#include "treadle/engine.h"

namespace treadle::array {
namespace {

/// Counts the elements that were read of it: 0, 1, 2 ... in C order.
class CountedSource final : public ArraySource {
 public:
  explicit CountedSource(Shape shape) : shape_(std::move(shape)) {}
  std::string to_string() const override { return "counted"; }
  NdArray read(std::span<const AxisSlice> region, TaskContext&) const override {
    std::vector<double> values(static_cast<std::size_t>(num_elements(shape_)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    for (const AxisSlice& axis : region) EXPECT_GT(axis.step, 0);
    const NdArray part = NdArray::of(values, shape_).sliced(region).packed();
    elements += part.size();
    return part;
  }

  mutable std::atomic<std::int64_t> elements = 0;

 private:
  Shape shape_;
};

struct Counted {
  std::shared_ptr<const CountedSource> source;
  Array array;
};

Counted counted(const Shape& shape, const Chunking& chunking) {
  auto source = std::make_shared<const CountedSource>(shape);
  return {source, from_source(source, shape, ElementKind::kFloat64, chunking)};
}

std::vector<double> values_of(const Array& x, bool optimize = true) {
  ComputeOptions options;
  options.optimize = optimize;
  const NdArray result = x.compute(options).packed();
  return {result.values<double>().begin(), result.values<double>().end()};
}

TEST(PushPartDown, ASliceReadsWhatItTakes) {
  const Counted x = counted({100, 40}, 50);
  const Array part = index(x.array, {Slice{10, 20}, Slice{{}, {}, 4}});
  EXPECT_EQ(part.explain(), "Source part of counted\n");
  EXPECT_EQ(values_of(part)[1], 10 * 40 + 4);
  EXPECT_EQ(x.source->elements, 10 * 10);
  // Backwards, across chunks, with an axis dropped and one put in.
  const Counted y = counted({100, 40}, 30);
  const Array turned = index(y.array, {Slice{70, 20, -7}, NewAxis{}, std::int64_t{-1}});
  EXPECT_EQ(turned.shape(), (Shape{8, 1}));
  EXPECT_EQ(values_of(turned), values_of(turned, false));
  EXPECT_EQ(values_of(turned)[0], 70 * 40 + 39);
}

TEST(PushPartDown, ASliceOfAnExpressionComputesWhatItTakes) {
  const Counted x = counted({100, 40}, 50);
  const Counted row = counted({40}, 40);
  const Array y = index(apply("sqrt", {x.array}) * 2 + row.array, {Slice{3, 5}, Slice{0, 8}});
  EXPECT_EQ(
      y.explain(),
      "Elementwise add(multiply(sqrt(b), 2.), a)\n  Source part of counted\n  Source part of counted\n");
  const std::vector<double> pushed = values_of(y);
  EXPECT_EQ(x.source->elements, 2 * 8);
  EXPECT_EQ(row.source->elements, 8);
  EXPECT_EQ(pushed, values_of(y, false));
}

TEST(PushPartDown, ASliceOfWhatIsTransposedOrCutAnewReadsWhatItTakes) {
  const Counted x = counted({100, 40}, 50);
  const Array row = index(x.array.transpose(), {NewAxis{}, Slice{8, 10}, std::int64_t{7}});
  EXPECT_EQ(row.explain().find("Transpose"), std::string::npos);
  EXPECT_EQ(values_of(row), (std::vector<double>{7 * 40 + 8, 7 * 40 + 9}));
  EXPECT_EQ(row.compute().shape(), (Shape{1, 2}));
  EXPECT_EQ(x.source->elements, 2 * 2);
  const Counted y = counted({100, 40}, Chunking({10, 40}));
  const Array column = index(y.array.rechunk(Chunking({100, 5})), {Slice{}, Slice{3, 4}});
  EXPECT_EQ(column.shape(), (Shape{100, 1}));
  EXPECT_EQ(values_of(column), values_of(column, false));
  EXPECT_EQ(y.source->elements, 100 + 100 * 40);
}

TEST(PushPartDown, PartsOfTransposedArraysAreTheSamePushedOrNot) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
  const Array x = counted({5, 7, 6}, 4).array;
  for (int round = 0; round < 60; ++round) {
    std::vector<std::int64_t> order = {0, 1, 2};
    std::shuffle(order.begin(), order.end(), random);
    const Array turned = x.transpose(order).rechunk(Chunking(1 + below(7)));
    std::vector<Index> indices;
    for (const std::int64_t length : turned.shape()) {
      if (below(4) == 0) indices.emplace_back(NewAxis{});
      if (below(3) == 0)
        indices.emplace_back(below(static_cast<int>(length)));
      else
        indices.emplace_back(Slice{below(3), length - below(3), below(2) == 0 ? 1 : 2});
    }
    const Array part = index(turned, indices);
    EXPECT_EQ(values_of(part), values_of(part, false)) << part.explain(false);
    EXPECT_EQ(part.compute().shape(), part.shape());
  }
}

TEST(PushPartDown, WhatOthersReadTooIsReadOnce) {
  const Counted x = counted({100, 10}, -1);
  const Array differences = index(x.array, {Slice{1, {}}}) - index(x.array, {Slice{{}, -1}});
  EXPECT_EQ(values_of(differences.sum()), std::vector<double>{9900});
  EXPECT_EQ(x.source->elements, 1000);
  // A little of it is read beside.
  const Array both[] = {x.array.sum(), index(x.array, {std::int64_t{0}, std::int64_t{0}})};
  compute(both);
  EXPECT_EQ(x.source->elements, 1000 + 1000 + 1);
  const Array twice = apply("sqrt", {x.array});
  EXPECT_NE((index(twice, {Slice{0, 5}}) + twice.max()).explain().find("Index"), std::string::npos);
}

/// Any index of any expression gives the same bits whether parts are pushed or not.
TEST(PushPartDown, ChangesNoAnswer) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 60; ++round) {
    const Array x = counted({12, 9}, Chunking(1 + below(12))).array;
    const Array other = counted({9}, Chunking(1 + below(9))).array;
    const Array column = counted({12, 1}, Chunking(1 + below(5))).array;
    const Array y = round % 3 == 0 ? x + other : round % 3 == 1 ? (x * column - other) / 2 : x;
    std::vector<Index> indices;
    for (const int length : {12, 9}) {
      if (below(5) == 0) indices.emplace_back(NewAxis{});
      if (below(4) == 0) {
        indices.emplace_back(below(length));
      } else {
        const std::int64_t step = below(2) == 0 ? 1 + below(4) : -1 - below(4);
        const auto bound = [&]() -> std::optional<std::int64_t> {
          if (below(3) == 0) return std::nullopt;
          return below(2 * length) - length;
        };
        indices.emplace_back(Slice{bound(), bound(), step});
      }
    }
    const Array part = index(y, indices);
    EXPECT_EQ(values_of(part), values_of(part, false)) << part.explain(false);
    EXPECT_EQ(part.compute().shape(), part.shape());
  }
}

class PushPartIntoFile : public testing::Test {
 public:
  ~PushPartIntoFile() override { std::filesystem::remove_all(folder_); }

 protected:
  std::string path(const char* name) const { return (folder_ / name).string(); }
  /// Bytes that a run reads from storage.
  static std::uint64_t bytes_read(const Array& x) {
    ComputeOptions options;
    std::optional<treadle::Run> run;
    options.on_start = [&](const treadle::Run& started) { run = started; };
    x.compute(options);
    return run->progress().counter(Counter::kBytesRead);
  }

 private:
  std::filesystem::path folder_ = [] {
    std::filesystem::path folder = std::filesystem::temp_directory_path() / "push_part_XXXXXX";
    std::string name = folder.string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return std::filesystem::path(name);
  }();
};

TEST_F(PushPartIntoFile, FilesAreReadForTheRowsAndColumnsThatAreWanted) {
  const Array x = counted({64, 1024}, -1).array;
  write_npy(x, path("x.npy"));
  write_zarr(x.rechunk(Chunking({16, 256})), path("x.zarr"));
  write_hdf5({{"/x", x, {}}}, path("x.h5"));
  const Array files[] = {read_npy(path("x.npy")), read_zarr(path("x.zarr")), read_hdf5(path("x.h5"), "/x")};
  for (const Array& file : files) {
    EXPECT_EQ(bytes_read(file), 64U * 1024 * 8);
    EXPECT_EQ(bytes_read(index(file, {Slice{3, 5}})), 2U * 1024 * 8);
    EXPECT_EQ(bytes_read(index(file * 2 + 1, {Slice{3, 5}, Slice{0, 100}})), 2U * 100 * 8);
    EXPECT_EQ(values_of(index(file, {Slice{3, 5}, std::int64_t{7}})),
              (std::vector<double>{3 * 1024 + 7, 4 * 1024 + 7}));
  }
  // Rows of 8 KiB that a step skips are not read.
  EXPECT_EQ(bytes_read(index(files[0], {Slice{{}, {}, 16}})), 4U * 1024 * 8);
  EXPECT_EQ(values_of(index(files[0], {Slice{{}, {}, 16}, Slice{5, 6}})),
            (std::vector<double>{5, 16 * 1024 + 5, 32 * 1024 + 5, 48 * 1024 + 5}));
}

}  // namespace
}  // namespace treadle::array

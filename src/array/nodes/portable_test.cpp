#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "array/nodes/array_node.h"
#include "array/rules/rules.h"
#include "lazy/blocks.h"
#include "lazy/rewrite.h"
#include "treadle/array.h"
#include "treadle/array_blocks.h"
#include "treadle/array_fft.h"
#include "treadle/array_files.h"
#include "treadle/array_linalg.h"
#include "treadle/array_manipulation.h"
#include "treadle/array_random.h"
#include "treadle/array_statistics.h"
#include "treadle/engine.h"
#include "treadle/error.h"
#include "treadle/graph.h"

// Tasks of arrays go to other processes: what is read back of a graph is the same work.
namespace treadle::array {
namespace {

class Bytes final : public ByteSink, public ByteSource {
 public:
  void write(const void* bytes, std::size_t size) override {
    text_.append(static_cast<const char*>(bytes), size);
  }
  void read(void* bytes, std::size_t size) override {
    if (text_.size() - at_ < size) throw IoError("no more bytes");
    at_ += text_.copy(static_cast<char*>(bytes), size, at_);
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

TaskGraph graph_of(const Array& x) {
  TaskGraph graph;
  lazy::Lowering lowering(graph);
  const lazy::NodePtr root = x.node();
  const std::vector<lazy::NodePtr> roots = lazy::rewrite(lazy::share_equal({&root, 1}), rules());
  lowering.add(roots);
  for (const TaskOutput& block : lowering.blocks(roots[0])) graph.add_output(block);
  return graph;
}

/// Written and read again, as in another process.
TaskGraph sent(const TaskGraph& graph) {
  Bytes bytes;
  graph::write(graph, bytes);
  return graph::read(bytes);
}

void expect_same_elsewhere(const Array& x) {
  TaskGraph graph = graph_of(x);
  TaskGraph other = sent(graph);
  ASSERT_EQ(other.num_tasks(), graph.num_tasks());
  for (TaskId task = 0; task < graph.num_tasks(); ++task) {
    EXPECT_EQ(other.task(task).key, graph.task(task).key) << graph.task(task).operation.name();
    EXPECT_EQ(other.task(task).operation.name(), graph.task(task).operation.name());
  }
  Run run = make_synchronous_engine()->submit(std::move(other), {});
  std::vector<NdArray> chunks;
  for (const Value& value : run.outputs()) chunks.push_back(value.get<NdArray>());
  const NdArray found = join_chunks(x.chunks(), chunks, x.dtype()).packed();
  const NdArray expected = x.compute().packed();
  ASSERT_EQ(found.nbytes(), expected.nbytes());
  EXPECT_EQ(std::memcmp(found.data(), expected.data(), found.nbytes()), 0) << x.explain();
}

TEST(Portable, ExpressionsReductionsAndViewsAreTheSameWork) {
  Random random(7);
  const Array x = random.normal(15, 3, {40, 12, 9}, 7);
  expect_same_elsewhere((x - x.mean({.axes = 0})) / x.std({.axes = 0, .ddof = 1}));
  expect_same_elsewhere(apply("sin", {x.rechunk(Chunking({5, 12, 4})).transpose()}) * 2 + 1);
  expect_same_elsewhere(reduce("nanargmax", reshape(x, {120, 36}), {.axes = 1}));
  expect_same_elsewhere(index(x.transpose(), {Slice{8, 2, -2}, NewAxis{}, std::int64_t{3}}));
  expect_same_elsewhere(concatenate({x, x * 0}).rechunk(-1).rechunk(Chunking({3, 12, 1})).sum());
  expect_same_elsewhere(
      broadcast_to(index(x, {std::int64_t{0}}), {4, 12, 9}).max({.axes = 0, .keep_axes = true}));
}

TEST(Portable, PickedTransformedAndMultipliedChunksAreTheSameWork) {
  Random random(9);
  const Array x = random.random({30, 8}, 7);
  expect_same_elsewhere(take(x, {29, 3, 3, 11, 0}, 0) + 1);
  expect_same_elsewhere(compress(index(x, {Slice{}, std::int64_t{0}}) > 0.5, x, 0).sum());
  expect_same_elsewhere(cumulate("cumsum", x, 0) + cumulate("cumprod", x, 1));
  expect_same_elsewhere(quantile(x, {0.1, 0.5}, 1, QuantileMethod::kLower));
  expect_same_elsewhere(apply("absolute", {fft("rfft", x)}));
  expect_same_elsewhere(matmul(x, x.transpose()));
  expect_same_elsewhere(reduce("nanstd", qr(x.rechunk(Chunking({10, 8}))).second));
}

TEST(Portable, WhatSourcesAreMadeOfGoesAlong) {
  Random random(3);
  expect_same_elsewhere(random.random({50}, 8, ElementKind::kFloat32));
  expect_same_elsewhere(random.random({50}, 8));
  expect_same_elsewhere(random.integers(-5, 9, {50}, 8));
  expect_same_elsewhere(arange(100, 7) + arange(0.5, 50.0, 0.5, {}, 7).sum());
  expect_same_elsewhere(linspace(0, 1, 33, false, ElementKind::kFloat32, 8));
  expect_same_elsewhere(eye(9, 7, 1, ElementKind::kInt16, 4) + full({7}, NdArray::scalar(2.5)));
  expect_same_elsewhere(from_nd_array(NdArray::of<double>({1, 2, 3, 4}, {2, 2}), 1) * 2);
  const DType days(ElementKind::kDatetime, DateUnit::kDay);
  expect_same_elsewhere(arange(std::int64_t{0}, std::int64_t{20}, std::int64_t{1}, days, 6)
                            .astype({ElementKind::kDatetime, DateUnit::kNano}));
}

TEST(Portable, FilesAreOpenedAgainUnlessTheyChanged) {
  std::string folder = (std::filesystem::temp_directory_path() / "portable_XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string path = folder + "/x.npy";
  const Array values = reshape(arange(600), {60, 10}).rechunk(20);
  write_npy(values, path);
  write_zarr(values, folder + "/x.zarr");
  write_hdf5({{"/x", values, {}}}, folder + "/x.h5");
  for (const Array& x :
       {read_npy(path, 16), read_zarr(folder + "/x.zarr"), read_hdf5(folder + "/x.h5", "/x")}) {
    expect_same_elsewhere(x * 2);
    expect_same_elsewhere(index(x, {Slice{3, 33}, std::int64_t{4}}));
  }
  Bytes bytes;
  graph::write(graph_of(read_npy(path, 16)), bytes);
  write_npy(reshape(arange(400), {40, 10}), path);
  EXPECT_THROW(graph::read(bytes), IoError);
  std::filesystem::remove_all(folder);
}

TEST(Portable, UsersFunctionsStayHere) {
  const BlockFunction same = [](std::span<const NdArray> chunks, const BlockPlace&) { return chunks[0]; };
  const Array mapped = map_blocks(same, {ones({4}, ElementKind::kFloat64, 2)}, ElementKind::kFloat64);
  Bytes bytes;
  EXPECT_THROW(graph::write(graph_of(mapped), bytes), TypeError);
}

}  // namespace
}  // namespace treadle::array

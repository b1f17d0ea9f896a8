#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "treadle/array_files.h"
#include "treadle/array_random.h"
#include "treadle/error.h"

namespace treadle::array {
namespace {

namespace fs = std::filesystem;

class WriteArrayTest : public testing::Test {
 public:
  WriteArrayTest() {
    std::string pattern = (fs::temp_directory_path() / "treadle-arrays-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~WriteArrayTest() override { fs::remove_all(root_); }

 protected:
  std::string path(const std::string& name) const { return (root_ / name).string(); }
  std::size_t num_entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(root_), {}));
  }

  /// A matrix whose chunks do not match anything.
  static Array matrix() {
    std::vector<double> values(23 * 17);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) / 3;
    return from_nd_array(NdArray::of(values, {23, 17}),
                         std::vector<AxisChunking>{std::int64_t{5}, std::int64_t{7}});
  }
  static void expect_equal(const Array& found, const Array& expected) {
    const NdArray left = found.compute();
    const NdArray right = expected.compute();
    ASSERT_EQ(left.shape(), right.shape());
    const auto a = left.packed();
    const auto b = right.packed();
    EXPECT_TRUE(std::ranges::equal(a.values<double>(), b.values<double>()));
  }

  fs::path root_;
};

TEST_F(WriteArrayTest, ComesBackFromEveryFormat) {
  const Array x = matrix();
  write_npy(x, path("x.npy"));
  expect_equal(read_npy(path("x.npy")), x);
  expect_equal(read_npy(path("x.npy"), std::vector<AxisChunking>{std::int64_t{4}, std::int64_t{4}}), x);
  write_npy_stack(x, path("stack"), -1);
  EXPECT_EQ(read_npy_stack(path("stack")).chunks().to_string(), "((23,), (7, 7, 3))");
  expect_equal(read_npy_stack(path("stack")), x);
  write_zarr(x, path("x.zarr"), "group/x");
  EXPECT_EQ(read_zarr(path("x.zarr"), "group/x").chunks(), x.chunks());
  expect_equal(read_zarr(path("x.zarr"), "group/x"), x);
  write_hdf5({{"/x", x, {}}, {"/sum", x.sum(), {}}}, path("x.h5"));
  expect_equal(read_hdf5(path("x.h5"), "/x"), x);
  expect_equal(read_hdf5(path("x.h5"), "/sum"), x.sum());
  EXPECT_EQ(hdf5_data_sets(path("x.h5")), (std::vector<std::string>{"/sum", "/x"}));
}

TEST_F(WriteArrayTest, TheSameBytesForAnyNumberOfThreads) {
  std::string before;
  for (const unsigned threads : {1, 2, 8}) {
    ComputeOptions options;
    options.run.num_threads = threads;
    const std::string file = path("x" + std::to_string(threads) + ".npy");
    write_npy(matrix(), file, options);
    std::ifstream in(file);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (!before.empty()) {
      EXPECT_EQ(bytes, before);
    }
    before = bytes;
  }
}

TEST_F(WriteArrayTest, AFailedRunLeavesWhatWasThere) {
  write_npy(matrix(), path("x.npy"));
  const Array broken = read_npy(path("x.npy"));
  fs::resize_file(path("x.npy"), 500);
  const std::size_t before = num_entries();
  EXPECT_THROW(write_npy(broken, path("y.npy")), Error);
  EXPECT_THROW(write_zarr(broken, path("y.zarr")), Error);
  EXPECT_THROW(write_hdf5({{"/x", broken, {}}}, path("y.h5")), Error);
  EXPECT_THROW(write_npy_stack(broken, path("y")), Error);
  EXPECT_EQ(num_entries(), before);
}

TEST_F(WriteArrayTest, AFileThatGrowsTooLongLeavesNothing) {
  // As a full disk does, the limit on the length of files stops a write half-way.
  const Array x = zeros({1 << 10, 1 << 10}, ElementKind::kFloat64, Chunking(256)) + 1.5;
  struct rlimit former = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &former), 0);
  const struct rlimit small = {1 << 20, former.rlim_max};
  const auto former_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_npy(x, path("x.npy")), Error);
  ZarrOptions plain;
  plain.compressor = "none";
  EXPECT_THROW(write_zarr(x.rechunk(-1), path("x.zarr"), "", plain), Error);
  EXPECT_THROW(write_npy_stack(x.rechunk(-1), path("x")), Error);
  EXPECT_THROW(write_hdf5({{"/x", x, {}}}, path("x.h5")), Error);
  const Array noise = Random(7).random({1 << 9, 1 << 9}, Chunking(64));
  EXPECT_THROW(write_hdf5({{"/packed", noise, {{}, 1, true}}, {"/x", x, {{100, 100}}}}, path("x.h5")), Error);
  ::setrlimit(RLIMIT_FSIZE, &former);
  std::signal(SIGXFSZ, former_handler);
  EXPECT_EQ(num_entries(), 0);
}

TEST_F(WriteArrayTest, ChunksThatDoNotFitAreErrors) {
  EXPECT_THROW(write_hdf5({}, path("x.h5")), InvalidArgument);
  EXPECT_THROW(write_hdf5({{"/x", matrix(), {{4}, -1, false}}}, path("x.h5")), InvalidArgument);
  EXPECT_THROW(write_npy_stack(matrix(), path("x"), 2), InvalidArgument);
  EXPECT_EQ(num_entries(), 0);
}

}  // namespace
}  // namespace treadle::array

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "io/arrays/test_arrays.h"
#include "io/hdf5/hdf5_array.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

void write(const std::string& path, const std::vector<Hdf5DataSet>& data_sets) {
  const auto writers = create_hdf5(path, data_sets, "t");
  std::vector<StagedOutput*> outputs;
  for (std::size_t i = 0; i < writers.size(); ++i) {
    const Extents& shape = data_sets[i].layout.shape;
    std::size_t number = 1;
    for (const std::int64_t length : shape) number *= static_cast<std::size_t>(length);
    writers[i]->write({Extents(shape.size(), 0), shape}, test::counting(number).data());
    outputs.push_back(writers[i].get());
  }
  publish_together(outputs);
}

TEST(Hdf5Test, ComesBackAsItWasWritten) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.h5";
  const Hdf5DataSet whole{"/group/whole", {{6, 4}, test::kFloat64, {}}, -1, false};
  const Hdf5DataSet packed{"packed", {{6, 4}, test::kFloat64, {4, 3}}, 4, true};
  const Hdf5DataSet scalar{"/scalar", {{}, test::kFloat64, {}}, -1, false};
  const Hdf5DataSet empty{"/empty", {{0, 3}, test::kFloat64, {1, 3}}, -1, false};
  write(path, {whole, packed, scalar, empty});
  EXPECT_EQ(list_hdf5(path), (std::vector<std::string>{"/empty", "/group/whole", "/packed", "/scalar"}));
  for (const char* name : {"group/whole", "/packed"}) {
    const StoredArrayPtr array = open_hdf5(path, name);
    EXPECT_EQ(test::read_all(*array), test::counting(24)) << name;
    EXPECT_EQ(test::read_box(*array, {{4, 2}, {2, 2}}), (std::vector<double>{18, 19, 22, 23})) << name;
  }
  EXPECT_EQ(open_hdf5(path, "/packed")->layout().chunk_shape, (Extents{4, 3}));
  EXPECT_EQ(test::read_all(*open_hdf5(path, "/scalar")), std::vector<double>{0});
  EXPECT_EQ(test::read_all(*open_hdf5(path, "/empty")), std::vector<double>());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Hdf5Test, KeepsEveryKindOfElement) {
  const test::TemporaryFolder folder;
  for (const char* code :
       {"|b1", "|i1", "<u2", "<i4", "<u8", "<f2", "<f4", "<c8", "<c16", "<M8[ns]", "<m8[s]"}) {
    const Hdf5DataSet data_set{"/x", {{2}, ElementType::from_string(code), {1}}, -1, false};
    const std::string path = folder / std::string(1, code[1]) + code[2] + code[3] + ".h5";
    const auto writers = create_hdf5(path, {data_set}, "t");
    const unsigned char bytes[32] = {1};
    writers[0]->write({{0}, {2}}, bytes);
    test::publish(*writers[0]);
    const StoredArrayPtr array = open_hdf5(path, "/x");
    EXPECT_EQ(array->layout().element.to_string(), code);
    unsigned char found[32] = {};
    array->read({{0}, {2}}, found);
    EXPECT_TRUE(std::equal(found, found + 2 * array->layout().element.size, bytes)) << code;
  }
}

TEST(Hdf5Test, AddsToAFileAndKeepsWhatItHas) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "a.h5";
  write(path, {{"/x", {{3}, test::kFloat64, {}}, -1, false}});
  write(path, {{"/y", {{2}, test::kFloat64, {}}, -1, false}});
  EXPECT_EQ(list_hdf5(path), (std::vector<std::string>{"/x", "/y"}));
  EXPECT_THROW(write(path, {{"/x", {{4}, test::kFloat64, {}}, -1, false}}), IoError);
  write(path, {{"/x", {{3}, test::kFloat64, {}}, -1, false}});
  EXPECT_EQ(test::read_all(*open_hdf5(path, "/y")), test::counting(2));
  create_hdf5(path, {{"/z", {{2}, test::kFloat64, {}}, -1, false}}, "t").clear();
  EXPECT_EQ(list_hdf5(path), (std::vector<std::string>{"/x", "/y"}));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(Hdf5Test, ManyThreadsReadChunks) {
  const test::TemporaryFolder folder;
  write(folder / "a.h5", {{"/x", {{64, 8}, test::kFloat64, {8, 8}}, 1, false}});
  const StoredArrayPtr array = open_hdf5(folder / "a.h5", "/x");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&array] { EXPECT_EQ(test::read_all(*array), test::counting(64 * 8)); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Hdf5Test, BadFilesAreErrors) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "text.h5") << "no HDF5 at all";
  EXPECT_THROW(open_hdf5(folder / "text.h5", "/x"), IoError);
  EXPECT_THROW(list_hdf5(folder / "missing.h5"), IoError);
  write(folder / "a.h5", {{"/x", {{512}, test::kFloat64, {}}, -1, false}});
  try {
    open_hdf5(folder / "a.h5", "/group/y");
    FAIL();
  } catch (const NotFound& error) {
    EXPECT_EQ(std::string(error.what()), (folder / "a.h5") + ": no data set /group/y; there are: /x");
  }
  const StoredArrayPtr array = open_hdf5(folder / "a.h5", "/x");
  std::filesystem::resize_file(folder / "a.h5", 3000);
  EXPECT_THROW(open_hdf5(folder / "a.h5", "/x"), IoError);
  EXPECT_THROW(test::read_all(*array), IoError);
}

}  // namespace
}  // namespace treadle::io

#include "io/zarr/zarr_array.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "io/arrays/test_arrays.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace treadle::io {
namespace {

void put(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

std::string v2(const std::string& changed = {}) {
  const std::string text =
      R"({"zarr_format": 2, "shape": [4, 3], "chunks": [2, 2], "dtype": "<f8", "compressor": null,
    "fill_value": "NaN", "order": "C", "filters": null)";
  return text + changed + "}";
}

std::string v3(const std::string& fill, const std::string& type, const std::string& codecs) {
  return R"({"zarr_format": 3, "node_type": "array", "shape": [5], "data_type": )" + type +
         R"(, "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
    "chunk_key_encoding": {"name": "default"}, "fill_value": )" +
         fill + R"(, "codecs": )" + codecs + "}";
}

const std::string kBytes = R"([{"name": "bytes", "configuration": {"endian": "little"}}])";

TEST(ZarrTest, ComesBackAsItWasWrittenByAnyCodec) {
  const auto values = test::counting(10 * 7);
  for (const int format : {2, 3}) {
    for (const char* compressor : {"zstd", "gzip", "blosc", "none"}) {
      const test::TemporaryFolder folder;
      ZarrWriteOptions options;
      options.compressor = compressor;
      options.format = format;
      const auto writer = create_zarr(folder / "a.zarr", "", {{10, 7}, test::kFloat64, {4, 3}}, options, "t");
      test::write_pieces(*writer, {10, 7}, values, 8, 3);
      EXPECT_THROW(writer->write({{0, 0}, {4, 2}}, values.data()), InvalidArgument);
      EXPECT_FALSE(std::filesystem::exists(folder / "a.zarr"));
      test::publish(*writer);
      const StoredArrayPtr array = open_zarr(folder / "a.zarr", "");
      EXPECT_EQ(array->layout().chunk_shape, (Extents{4, 3}));
      EXPECT_EQ(test::read_all(*array), values) << format << compressor;
      EXPECT_EQ(test::read_box(*array, {{3, 2}, {2, 2}}), (std::vector<double>{23, 24, 30, 31}));
      EXPECT_THROW(create_zarr(folder / "a.zarr", "", {{1}, test::kFloat64, {1}}, options, "t"), IoError);
    }
  }
}

TEST(ZarrTest, ArraysLieInGroupsThatAreMadeWithThem) {
  const test::TemporaryFolder folder;
  const ArrayLayout layout{{2}, test::kFloat64, {2}};
  for (const char* component : {"group/a", "group/b"}) {
    const auto writer = create_zarr(folder / "store", component, layout, {}, "t");
    writer->write({{0}, {2}}, test::counting(2).data());
    test::publish(*writer);
  }
  EXPECT_EQ(test::read_all(*open_zarr(folder / "store", "group/b")), test::counting(2));
  EXPECT_TRUE(std::filesystem::exists(folder / "store/zarr.json"));
  EXPECT_TRUE(std::filesystem::exists(folder / "store/group/zarr.json"));
  EXPECT_THROW(open_zarr(folder / "store", "group"), IoError);
  EXPECT_THROW(open_zarr(folder / "store", "other"), IoError);
  EXPECT_THROW(open_zarr(folder / "store", "../x"), InvalidArgument);
}

TEST(ZarrTest, WhatIsNotPublishedIsNotThere) {
  const test::TemporaryFolder folder;
  create_zarr(folder / "a.zarr", "x/y", {{2}, test::kFloat64, {2}}, {}, "t").reset();
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ZarrTest, MissingChunksAreOfTheFillValue) {
  const test::TemporaryFolder folder;
  put(folder / "a/.zarray", v2());
  for (const double value : test::read_all(*open_zarr(folder / "a", ""))) EXPECT_TRUE(std::isnan(value));
  put(folder / "b/zarr.json", v3("\"-Infinity\"", "\"float64\"", kBytes));
  for (const double value : test::read_all(*open_zarr(folder / "b", ""))) EXPECT_EQ(value, -INFINITY);
  put(folder / "c/zarr.json", v3("\"0x3ff8000000000000\"", "\"float64\"", kBytes));
  for (const double value : test::read_all(*open_zarr(folder / "c", ""))) EXPECT_EQ(value, 1.5);
  put(folder / "d/zarr.json", v3("1.5", "\"float16\"", kBytes));
  const StoredArrayPtr half = open_zarr(folder / "d", "");
  std::uint16_t bits[5] = {};
  half->read({{0}, {5}}, bits);
  EXPECT_EQ(bits[4], 0x3E00);
}

TEST(ZarrTest, DamagedChunksAreErrors) {
  for (const char* codec : {"zstd", "gzip", "blosc", "crc32c"}) {
    const test::TemporaryFolder folder;
    put(folder / "a/zarr.json",
        v3("0", "\"float64\"", kBytes.substr(0, kBytes.size() - 1) + R"(, {"name": ")" + codec + "\"}]"));
    const StoredArrayPtr array = open_zarr(folder / "a", "");
    for (const std::string& content : {std::string(), std::string("short"), std::string(40, 'x')}) {
      put(folder / "a/c/1", content);
      EXPECT_THROW(test::read_all(*array), IoError) << codec;
    }
  }
}

TEST(ZarrTest, BadMetadataIsAnErrorThatNamesTheEntry) {
  const auto error_of = [](const std::string& text, bool third) -> std::string {
    try {
      third ? zarr::parse_v3(text, "m") : zarr::parse_v2(text, "m");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(error_of("[]", false), "m: expected a JSON object, found array");
  EXPECT_EQ(error_of("{\"zarr_format\": 2}", false), "m: the entry \"dtype\" is missing");
  EXPECT_EQ(error_of("{\"zarr_format\": 1}", false), "m: expected \"zarr_format\" to be 2, found 1");
  EXPECT_EQ(error_of(v2(R"(, "chunks": [0, 2])"), false),
            "m: expected \"chunks\" to be lengths of at least 1, found [0,2]");
  EXPECT_EQ(error_of(v2(R"(, "chunks": [2])"), false),
            "m: expected as many chunk lengths as axes, found the shape (4, 3) and chunks (2,)");
  EXPECT_EQ(error_of(v3("300", "\"uint8\"", kBytes), true),
            "m: expected \"fill_value\" to be a value of type |u1, found 300");
  EXPECT_NE(error_of(v3("0", "\"string\"", kBytes), true).find("found \"string\""), std::string::npos);
  EXPECT_NE(
      error_of(v3("0", "\"uint8\"", R"([{"name": "sharding_indexed"}])"), true).find("sharding_indexed"),
      std::string::npos);
  EXPECT_NE(error_of("{\"a\": ", false).find("not valid JSON at byte"), std::string::npos);
}

TEST(ZarrTest, OptionsThatCannotBeMetAreErrors) {
  const test::TemporaryFolder folder;
  const ArrayLayout layout{{2}, test::kFloat64, {2}};
  const auto make = [&](const char* compressor, int level, int format) {
    ZarrWriteOptions options;
    options.compressor = compressor;
    options.level = level;
    options.format = format;
    create_zarr(folder / "a", "", layout, options, "t");
  };
  EXPECT_THROW(make("lzma", -1, 3), InvalidArgument);
  EXPECT_THROW(make("gzip", 10, 3), InvalidArgument);
  EXPECT_THROW(make("zstd", -1, 4), InvalidArgument);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace treadle::io

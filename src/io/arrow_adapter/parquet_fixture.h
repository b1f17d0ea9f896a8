#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "columnar/test_columns.h"
#include "io/parquet.h"
#include "io/test_context.h"
#include "treadle/error.h"

// What the tests of Parquet share. For tests only.
namespace treadle::io::test {

using columnar::Batch;
using columnar::Column;
using namespace columnar::test;

inline ParquetWriteOptions compressed(std::string compression) {
  ParquetWriteOptions options;
  options.compression = std::move(compression);
  return options;
}

inline ParquetWriteOptions in_row_groups_of(std::int64_t rows) {
  ParquetWriteOptions options;
  options.row_group_rows = rows;
  return options;
}

inline void write(const std::string& path, const Batch& batch, const ParquetWriteOptions& options = {}) {
  const auto writer = open_parquet_writer(options)(path, batch.schema());
  writer->write(batch);
  writer->close();
}

inline std::shared_ptr<const Source> open(const std::string& path, const ParquetReadOptions& options = {}) {
  return open_parquet({path}, options);
}

inline void expect_same(const Batch& found, const Batch& expected) {
  EXPECT_EQ(found.schema()->to_string(), expected.schema()->to_string());
  ASSERT_EQ(found.columns().size(), expected.columns().size());
  for (std::size_t i = 0; i < expected.columns().size(); ++i) {
    EXPECT_EQ(shown(found.column(i)), shown(expected.column(i))) << expected.schema()->field(i).name;
  }
}

/// Three rows of every type, the second of nulls.
inline Batch all_types() {
  using std::nullopt;
  const auto whole = [](DataType type, std::int64_t a, std::int64_t b) {
    return numbers<std::int64_t>(std::move(type), {a, nullopt, b});
  };
  BufferBuilder offsets;
  for (const std::int32_t offset : {0, 2, 2, 3}) offsets.append_value(offset);
  const Column element = texts({"a", nullopt, "c"});
  const Column list =
      Column::nested(DataType::list(TypeId::kUtf8), 3, Buffer::copy("\x05", 1), offsets.finish(), {element});
  const Column record = Column::nested(DataType::structure({{"n", TypeId::kInt64}, {"list", list.type()}}), 3,
                                       nullptr, nullptr, {ints({1, nullopt, 3}), list});
  return batch({
      {"bool", bools({true, nullopt, false})},
      {"int8", numbers<std::int8_t>(TypeId::kInt8, {-128, nullopt, 127})},
      {"int16", numbers<std::int16_t>(TypeId::kInt16, {-32768, nullopt, 32767})},
      {"int32", numbers<std::int32_t>(TypeId::kInt32, {INT32_MIN, nullopt, INT32_MAX})},
      {"int64", ints({INT64_MIN, nullopt, INT64_MAX})},
      {"uint8", numbers<std::uint8_t>(TypeId::kUInt8, {0, nullopt, 255})},
      {"uint16", numbers<std::uint16_t>(TypeId::kUInt16, {0, nullopt, 65535})},
      {"uint32", numbers<std::uint32_t>(TypeId::kUInt32, {0, nullopt, UINT32_MAX})},
      {"uint64", numbers<std::uint64_t>(TypeId::kUInt64, {0, nullopt, UINT64_MAX})},
      {"float32", numbers<float>(TypeId::kFloat32, {1.5F, nullopt, -0.0F})},
      {"float64", floats({0.1, nullopt, NAN})},
      {"decimal", numbers<columnar::int128_t>(DataType::decimal(12, 2), {12345, nullopt, -1})},
      {"date", dates({-1, nullopt, 20000})},
      {"time_ms", whole(DataType::time(TimeUnit::kMilli), 1, 86399999)},
      {"time_us", whole(DataType::time(TimeUnit::kMicro), 1, 86399999999)},
      {"stamp_ms", whole(DataType::timestamp(TimeUnit::kMilli), -1, 1600000000000)},
      {"stamp_us", whole(DataType::timestamp(TimeUnit::kMicro), -1, 1600000000000000)},
      {"stamp_ns", whole(DataType::timestamp(TimeUnit::kNano, "UTC"), -1, 1600000000000000001)},
      {"duration", whole(DataType::duration(TimeUnit::kMilli), -5, 5)},
      {"utf8", texts({"", nullopt, "a text longer than a view holds"})},
      {"binary",
       [] {
         columnar::TextBuilder builder;
         builder.append(std::string_view("\0\xff", 2));
         builder.append_null();
         builder.append("");
         return builder.finish(TypeId::kBinary);
       }()},
      {"list", list},
      {"struct", record},
      {"null", Column::nulls(TypeId::kNull, 3)},
  });
}

template <class Exception>
void expect_error(const std::function<void()>& function, const std::vector<std::string>& parts) {
  try {
    function();
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Exception& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

class ParquetTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

}  // namespace treadle::io::test

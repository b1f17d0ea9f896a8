// Pages as a damaged or hostile file may have them, handed to the readers of columns one by one.
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <parquet/column_page.h>
#include <parquet/schema.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/arrow_adapter/flat_numbers.h"
#include "io/arrow_adapter/flat_texts.h"
#include "io/arrow_adapter/parquet_fixture.h"
#include "io/arrow_adapter/status.h"

namespace treadle::io {
namespace {

using namespace test;
using parquet::Encoding;
using parquet::Repetition;
using PagePtr = std::shared_ptr<parquet::Page>;
using std::string_literals::operator""s;

class ListedPages final : public parquet::PageReader {
 public:
  explicit ListedPages(std::vector<PagePtr> pages) : pages_(std::move(pages)) {}
  std::shared_ptr<parquet::Page> NextPage() override {
    while (next_ < pages_.size()) {
      PagePtr page = pages_[next_++];
      if (page->type() == parquet::PageType::DICTIONARY_PAGE) return page;
      const auto& data = static_cast<const parquet::DataPage&>(*page);
      if (!data_page_filter_({nullptr, data.num_values(), std::nullopt})) return page;
    }
    return nullptr;
  }
  void set_max_page_header_size(std::uint32_t) override {}

 private:
  std::vector<PagePtr> pages_;
  std::size_t next_ = 0;
};

PagePtr page(int rows, const std::string& bytes, Encoding::type encoding = Encoding::PLAIN) {
  return std::make_shared<parquet::DataPageV1>(arrow::Buffer::FromString(bytes), rows, encoding,
                                               Encoding::RLE, Encoding::RLE,
                                               static_cast<std::int64_t>(bytes.size()));
}

/// A page of the second kind, which says how many of its bytes are levels.
PagePtr second(int rows, int level_bytes, const std::string& bytes) {
  return std::make_shared<parquet::DataPageV2>(arrow::Buffer::FromString(bytes), rows, 0, rows,
                                               Encoding::PLAIN, level_bytes, 0,
                                               static_cast<std::int64_t>(bytes.size()));
}

PagePtr dictionary(int values, const std::string& bytes, Encoding::type encoding = Encoding::PLAIN) {
  return std::make_shared<parquet::DictionaryPage>(arrow::Buffer::FromString(bytes), values, encoding);
}

template <class Number>
std::string plain(const std::vector<Number>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)};
}

std::string plain_texts(const std::vector<std::string>& values) {
  std::string bytes;
  for (const std::string& value : values)
    bytes += plain<std::uint32_t>({static_cast<std::uint32_t>(value.size())}) + value;
  return bytes;
}

/// What stands before levels in a page of the first kind: their length.
std::string levels(const std::string& bytes) {
  return plain<std::uint32_t>({static_cast<std::uint32_t>(bytes.size())}) + bytes;
}

/// A run of more levels or codes than a page can have.
const std::string kHugeRun = "\xFE\xFF\xFF\xFF\x0F"s;

/// A column, and the ways to read it: whole, by pieces, some rows only, or behind rows that are passed over.
class FlatColumnTest : public testing::Test {
 protected:
  void describe(parquet::Type::type stored, Repetition::type repetition = Repetition::REQUIRED) {
    schema_.Init(parquet::schema::GroupNode::Make(
        "schema", Repetition::REQUIRED,
        {parquet::schema::PrimitiveNode::Make("x", repetition, parquet::LogicalType::None(), stored)}));
  }
  std::unique_ptr<FlatColumn> column(const std::vector<PagePtr>& pages, std::int64_t rows) {
    ColumnPages all{std::make_unique<ListedPages>(pages), *schema_.Column(0), rows, nullptr};
    arrow::MemoryPool& pool = *arrow::default_memory_pool();
    if (schema_.Column(0)->physical_type() == parquet::Type::BYTE_ARRAY)
      return make_flat_texts(std::move(all), TypeId::kUtf8, most_codes_, pool);
    return make_flat_numbers(std::move(all), TypeId::kInt64, pool);
  }
  std::vector<std::string> read(const std::vector<PagePtr>& pages, std::int64_t rows) {
    return shown(guarded("cannot read", [&] { return column(pages, rows)->read({rows, nullptr}); }));
  }
  void expect(const std::vector<PagePtr>& pages, const std::vector<std::string>& values) {
    const auto rows = static_cast<std::int64_t>(values.size());
    EXPECT_EQ(read(pages, rows), values);
    const auto by_row = column(pages, rows);
    for (const std::string& value : values)
      EXPECT_EQ(shown(by_row->read({1, nullptr})), std::vector<std::string>{value});
    const auto behind = column(pages, rows);
    behind->skip(rows - 1);
    EXPECT_EQ(shown(behind->read({1, nullptr})), std::vector<std::string>{values.back()});
    const std::vector<std::uint32_t> ends = {0, static_cast<std::uint32_t>(rows - 1)};
    EXPECT_EQ(shown(column(pages, rows)->read({rows, &ends})),
              (std::vector<std::string>{values.front(), values.back()}));
  }
  void refuse(const std::vector<PagePtr>& pages, std::int64_t rows, const std::vector<std::string>& parts) {
    expect_error<IoError>([&] { read(pages, rows); }, parts);
    // The last row needs the same pages: what was read before it is no reason to believe them.
    expect_error<IoError>(
        [&] {
          const auto last = column(pages, rows);
          const std::vector<std::uint32_t> wanted = {static_cast<std::uint32_t>(rows - 1)};
          guarded("cannot read", [&] { last->read({rows, &wanted}); });
        },
        parts);
  }

  std::size_t most_codes_ = 0;
  parquet::SchemaDescriptor schema_;
};

TEST_F(FlatColumnTest, PassesOverPagesWithoutRows) {
  describe(parquet::Type::INT64);
  expect({page(0, ""), page(2, plain<std::int64_t>({1, 2})), page(0, ""), page(1, plain<std::int64_t>({3}))},
         {"1", "2", "3"});
}

TEST_F(FlatColumnTest, TakesNoMoreOfAHugeRunThanThePageHasRows) {
  describe(parquet::Type::INT64, Repetition::OPTIONAL);
  expect({page(2, levels(kHugeRun + "\1"s) + plain<std::int64_t>({1, 2})), page(2, levels(kHugeRun + "\0"s))},
         {"1", "2", "null", "null"});
  describe(parquet::Type::INT64);
  expect({dictionary(2, plain<std::int64_t>({5, 7})),
          page(3, "\1"s + kHugeRun + "\1", Encoding::RLE_DICTIONARY)},
         {"7", "7", "7"});
}

TEST_F(FlatColumnTest, ReadsNullsBesideAnEmptyDictionary) {
  most_codes_ = 10;
  describe(parquet::Type::BYTE_ARRAY, Repetition::OPTIONAL);
  expect({dictionary(0, ""), page(2, levels("\4\0"s), Encoding::RLE_DICTIONARY)}, {"null", "null"});
}

TEST_F(FlatColumnTest, RefusesPagesWithOtherNumbersOfRowsThanTheRowGroup) {
  describe(parquet::Type::INT64);
  const std::string three = plain<std::int64_t>({1, 2, 3});
  refuse({page(3, three)}, 5, {"cannot read", "2 rows before its row group"});
  refuse({}, 5, {"5 rows before its row group"});
  refuse({page(3, three), page(3, three)}, 5, {"it has 3 rows", "has 2 more"});
  refuse({page(INT32_MAX, three)}, 3, {"2147483647 rows", "has 3 more"});
  refuse({page(-1, three)}, 3, {"-1 rows"});
}

TEST_F(FlatColumnTest, RefusesPagesThatEndBeforeTheirValues) {
  describe(parquet::Type::INT64);
  refuse({page(3, plain<std::int64_t>({1, 2}))}, 3, {});
  refuse({page(3, "")}, 3, {});
  refuse({page(3, "\x80\1\4\3\2"s, Encoding::DELTA_BINARY_PACKED)}, 3, {});
  refuse({page(3, "1234567"s, Encoding::BYTE_STREAM_SPLIT)}, 3, {});
  describe(parquet::Type::BYTE_ARRAY);
  refuse({page(2, plain_texts({"a"}))}, 2, {});
  refuse({page(1, "\xFF\xFF\xFF\xFF"s + "a")}, 1, {});
  refuse({page(1, "\5\0\0\0"s + "a")}, 1, {});
  refuse({page(2, "\x80\1\4\2\x0E\0"s, Encoding::DELTA_LENGTH_BYTE_ARRAY)}, 2, {});
  refuse({page(2, "\x80\1\4\2\x0E\0"s, Encoding::DELTA_BYTE_ARRAY)}, 2, {});
}

TEST_F(FlatColumnTest, RefusesEncodingsThatTheTypeHasNot) {
  describe(parquet::Type::BYTE_ARRAY);
  refuse({page(1, "abcdefgh"s, Encoding::DELTA_BINARY_PACKED)}, 1, {});
  describe(parquet::Type::INT64);
  refuse({page(1, "abcdefgh"s, Encoding::DELTA_BYTE_ARRAY)}, 1, {});
}

TEST_F(FlatColumnTest, RefusesLevelsThatLie) {
  describe(parquet::Type::INT64, Repetition::OPTIONAL);
  const std::string one = plain<std::int64_t>({1});
  refuse({page(1, "\xFF\0\0\0"s + one)}, 1, {});
  refuse({page(1, "\xFF\xFF\xFF\xFF"s + one)}, 1, {});
  refuse({page(1, "\2"s)}, 1, {});
  refuse({page(1, levels("\2\xFF"s) + one)}, 1, {});  // a level beyond the greatest
  refuse({page(3, levels("\2\1"s) + one)}, 3, {});    // fewer levels than rows
  refuse({page(2, levels("\4\1"s) + one)}, 2, {});    // more values than there are
  refuse({page(1, levels("\0\1"s) + one)}, 1, {});    // a run of no length
  refuse({second(1, 100, "\2\1"s + one)}, 1, {"within its levels"});
  refuse({second(1, -1, "\2\1"s + one)}, 1, {"within its levels"});
}

TEST_F(FlatColumnTest, RefusesDictionariesThatLie) {
  const auto codes = page(2, "\1\4\1"s, Encoding::RLE_DICTIONARY);
  describe(parquet::Type::INT64);
  const auto good = dictionary(2, plain<std::int64_t>({5, 7}));
  expect({good, codes}, {"7", "7"});
  refuse({dictionary(INT32_MAX, plain<std::int64_t>({5, 7})), codes}, 2, {"2147483647 values", "16 bytes"});
  refuse({dictionary(-1, plain<std::int64_t>({5, 7})), codes}, 2, {"-1 values"});
  refuse({dictionary(1, plain<std::int64_t>({5})), codes}, 2, {"the code 1", "1 values"});
  refuse({dictionary(2, plain<std::int64_t>({5, 7}), Encoding::DELTA_BINARY_PACKED), codes}, 2, {"plain"});
  refuse({codes}, 2, {"no dictionary"});
  refuse({good, page(2, "\x21\4\1"s, Encoding::RLE_DICTIONARY)}, 2, {});  // codes of 33 bits
  refuse({good, page(2, ""s, Encoding::RLE_DICTIONARY)}, 2, {});
  refuse({good, page(2, "\x20\4\xFF\xFF\xFF\xFF"s, Encoding::RLE_DICTIONARY)}, 2, {});
  refuse({good, good, codes}, 2, {"second dictionary"});
}

TEST_F(FlatColumnTest, RefusesDictionariesOfTextsThatLie) {
  describe(parquet::Type::BYTE_ARRAY);
  const auto codes = page(2, "\1\4\1"s, Encoding::RLE_DICTIONARY);
  const auto good = dictionary(2, plain_texts({"a", "b"}));
  for (const std::size_t most_codes : {0, 1, 10}) {
    most_codes_ = most_codes;
    expect({good, codes}, {"b", "b"});
    expect({dictionary(2, plain_texts({"a", "a"})), codes}, {"a", "a"});
    refuse({dictionary(INT32_MAX, plain_texts({"a", "b"})), codes}, 2, {"2147483647 values"});
    refuse({dictionary(2, "\1\0\0\0a\xFF\xFF\xFF\x7F"s), codes}, 2, {});
    refuse({dictionary(1, plain_texts({"a"})), codes}, 2, {});
    refuse({codes}, 2, {"no dictionary"});
    refuse({good, good, codes}, 2, {"second dictionary"});
  }
  refuse({good, page(2, plain_texts({"c", "d"}))}, 2, {"no codes although the footer says so"});
}

}  // namespace
}  // namespace treadle::io

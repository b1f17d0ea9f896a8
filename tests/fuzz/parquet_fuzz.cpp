// Any bytes as a Parquet file: a table or an error, within little memory; and where all rows can be read, so
// can some of them, which are the same.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "columnar/test_columns.h"
#include "io/parquet.h"
#include "io/row_filter.h"
#include "io/test_context.h"
#include "treadle/error.h"

namespace {

using treadle::columnar::Batch;
using namespace treadle::io;

constexpr std::size_t kMostMemory = 64 << 20;
constexpr std::uint64_t kMostRows = 10'000;

/// Keeps every third row of a morsel.
class ThirdRows final : public RowFilter {
 public:
  const std::vector<std::string>& columns() const override { return none_; }
  bool is_optional() const override { return false; }
  void select(const Batch& rows, std::vector<std::uint32_t>& wanted) const override {
    for (std::int64_t row = 0; row < rows.num_rows(); row += 3)
      wanted.push_back(static_cast<std::uint32_t>(row));
  }

 private:
  std::vector<std::string> none_;
};

std::uint64_t count_rows(const Source& source) {
  std::uint64_t rows = 0;
  for (const PartitionInfo& partition : source.partitions()) rows += partition.rows.value_or(0);
  return rows;
}

std::vector<Batch> read(const Source& source, std::vector<std::shared_ptr<const RowFilter>> filters) {
  ScanRequest request = test::all_columns(source);
  request.filters = std::move(filters);
  request.morsel_rows = 100;
  test::Context context(kMostMemory);
  return test::morsels(source, request, context);
}

std::vector<std::string> shown(const std::vector<Batch>& morsels, std::size_t column, std::size_t step) {
  std::vector<std::string> values;
  for (const Batch& morsel : morsels) {
    const auto all = treadle::columnar::test::shown(morsel.column(column));
    for (std::size_t row = 0; row < all.size(); row += step) values.push_back(all[row]);
  }
  return values;
}

void expect_same_thirds(const Source& source) {
  const std::vector<Batch> all = read(source, {});
  const std::vector<Batch> thirds = read(source, {std::make_shared<ThirdRows>()});
  for (std::size_t column = 0; column < source.schema()->num_fields(); ++column) {
    if (shown(all, column, 3) == shown(thirds, column, 1)) continue;
    std::fprintf(stderr, "rows of %s differ\n", source.schema()->field(column).name.c_str());
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kPath = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") +
                                   std::string("/treadle-fuzz-") + std::to_string(getpid()) + ".parquet";
  if (size > 1 << 16) return 0;
  std::ofstream(kPath, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    const auto source = open_parquet({kPath}, {}, {});
    if (count_rows(*source) <= kMostRows) expect_same_thirds(*source);
  } catch (const treadle::InternalError&) {
    throw;
  } catch (const treadle::Error&) {
  }
  return 0;
}

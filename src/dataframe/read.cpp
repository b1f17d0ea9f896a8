#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/node.h"
#include "dataframe/rules/rules.h"
#include "io/csv/csv_source.h"
#include "io/files/glob.h"
#include "io/ndjson/ndjson_source.h"
#include "io/parquet.h"
#include "treadle/data_frame.h"
#include "treadle/ndjson.h"

// Frames from files.
namespace treadle {

DataFrame read_csv(const std::string& pattern, const CsvOptions& options) {
  return read_csv(std::vector<std::string>{pattern}, options);
}

DataFrame read_csv(const std::vector<std::string>& paths, const CsvOptions& options) {
  const DataFrame frame(std::make_shared<const dataframe::Scan>(csv::open_csv(paths, options)));
  // A limit on the table, over all files: the plan knows how to read no more than that.
  return options.max_rows ? frame.head(static_cast<std::int64_t>(*options.max_rows)) : frame;
}

DataFrame read_ndjson(const std::string& pattern, const NdjsonOptions& options) {
  return read_ndjson(std::vector<std::string>{pattern}, options);
}

DataFrame read_ndjson(const std::vector<std::string>& paths, const NdjsonOptions& options) {
  const DataFrame frame(std::make_shared<const dataframe::Scan>(ndjson::open_ndjson(paths, options)));
  return options.max_rows ? frame.head(static_cast<std::int64_t>(*options.max_rows)) : frame;
}

DataFrame read_parquet(const std::string& pattern, const ParquetReadOptions& options) {
  const std::vector<std::string> paths = io::expand_paths({&pattern, 1});
  return DataFrame(std::make_shared<const dataframe::Scan>(io::open_parquet(paths, options)));
}

DataFrame read_parquet(const std::string& pattern, const ParquetReadOptions& options, Expression filter) {
  const std::vector<std::string> paths = io::expand_paths({&pattern, 1});
  const auto where = [&](const Schema& keys) { return dataframe::conditions_on(filter.node(), keys); };
  const DataFrame frame(std::make_shared<const dataframe::Scan>(io::open_parquet(paths, options, where)));
  return frame.filter(std::move(filter));
}

}  // namespace treadle

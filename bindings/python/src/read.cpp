#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataframe/plan/node.h"
#include "dataframe/rules/rules.h"
#include "io/files/glob.h"
#include "io/parquet.h"
#include "src/binding.h"
#include "src/gil.h"
#include "treadle/data_frame.h"
#include "treadle/error.h"
#include "treadle/ndjson.h"

// Frames from files and tables.
namespace treadle::python {
namespace {

template <class Make>
DataFrame open(const Make& make) {
  const GilReleased release;
  return make();
}

void set_types(CsvOptions& options, const std::map<std::string, std::string>& types) {
  for (const auto& [name, type] : types) options.dtypes.emplace(name, DataType::from_string(type));
}

std::map<std::string, std::string> types_of(const CsvOptions& options) {
  std::map<std::string, std::string> types;
  for (const auto& [name, type] : options.dtypes) types.emplace(name, type.to_string());
  return types;
}

void bind_csv_options(nb::module_& module) {
  nb::class_<CsvOptions>(module, "CsvOptions")
      .def(nb::init<>())
      .def_rw("delimiter", &CsvOptions::delimiter)
      .def_rw("quote", &CsvOptions::quote)
      .def_rw("escape", &CsvOptions::escape)
      .def_rw("comment", &CsvOptions::comment)
      .def_rw("header", &CsvOptions::header)
      .def_rw("names", &CsvOptions::names)
      .def_rw("skip_lines", &CsvOptions::skip_lines)
      .def_rw("skip_rows", &CsvOptions::skip_rows)
      .def_rw("max_rows", &CsvOptions::max_rows, nb::arg().none())
      .def_rw("skip_blank_lines", &CsvOptions::skip_blank_lines)
      .def_rw("null_values", &CsvOptions::null_values)
      .def("set_types", set_types)
      .def_prop_ro("types", types_of)
      .def_rw("parse_dates", &CsvOptions::parse_dates)
      .def_rw("date_format", &CsvOptions::date_format)
      .def_rw("infer_dates", &CsvOptions::infer_dates)
      .def("skip_bad_rows", [](CsvOptions& options) { options.bad_rows = CsvOptions::BadRows::kSkip; })
      .def_prop_ro("skips_bad_rows",
                   [](const CsvOptions& options) { return options.bad_rows == CsvOptions::BadRows::kSkip; })
      .def_rw("partition_bytes", &CsvOptions::partition_bytes)
      .def("__reduce__", [](nb::handle self) {
        return nb::module_::import_("treadle.pickling").attr("reduce_csv_options")(self);
      });
}

DataFrame read_ndjson(const std::vector<std::string>& paths, const std::vector<std::string>& columns,
                      const std::map<std::string, std::string>& types, bool ignore_unknown_keys,
                      std::optional<std::uint64_t> max_rows, std::uint64_t partition_bytes) {
  NdjsonOptions options;
  options.columns = columns;
  for (const auto& [name, type] : types) options.dtypes.emplace(name, DataType::from_string(type));
  if (ignore_unknown_keys) options.unknown_keys = NdjsonOptions::UnknownKeys::kIgnore;
  options.max_rows = max_rows;
  options.partition_bytes = partition_bytes;
  return open([&] { return treadle::read_ndjson(paths, options); });
}

/// All rows of the files that `filter` does not rule out by the keys of their directories.
DataFrame scan_parquet(const std::string& pattern, const ParquetReadOptions& options,
                       const Expression& filter) {
  const auto where = [&](const Schema& keys) { return dataframe::conditions_on(filter.node(), keys); };
  return DataFrame(std::make_shared<const dataframe::Scan>(
      io::open_parquet(io::expand_paths({&pattern, 1}), options, where)));
}

/// The first file that a frame, as it is read, reads.
std::string first_file(const DataFrame& frame) {
  const auto* scan = dataframe::node_as<dataframe::Scan>(frame.plan());
  if (scan == nullptr) throw InvalidArgument("first_file: expected a frame as it is read, found other steps");
  return scan->source()->file_path(0);
}

}  // namespace

void bind_read(nb::module_& module) {
  bind_csv_options(module);
  module.def("read_csv", [](const std::vector<std::string>& paths, const CsvOptions& options) {
    return open([&] { return read_csv(paths, options); });
  });
  module.def("read_ndjson", read_ndjson, nb::arg("paths"), nb::arg("columns"), nb::arg("types"),
             nb::arg("ignore_unknown_keys"), nb::arg("max_rows").none(), nb::arg("partition_bytes"));
  module.def(
      "read_parquet",
      [](const std::string& pattern, bool hive_partitioning, std::uint64_t partition_bytes,
         const std::optional<Expression>& filter) {
        ParquetReadOptions options;
        options.hive_partitioning = hive_partitioning;
        options.partition_bytes = partition_bytes;
        return open([&] {
          return filter ? scan_parquet(pattern, options, *filter) : read_parquet(pattern, options);
        });
      },
      nb::arg("pattern"), nb::arg("hive_partitioning"), nb::arg("partition_bytes"),
      nb::arg("filter").none() = nb::none());
  module.def("first_file", first_file);
  module.def(
      "from_table",
      [](const Table& table, std::optional<std::vector<std::int64_t>> partition_rows) {
        return partition_rows ? DataFrame(table, std::move(*partition_rows)) : DataFrame(table);
      },
      nb::arg("table"), nb::arg("partition_rows").none() = nb::none());
}

}  // namespace treadle::python

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dataframe/plan/node.h"
#include "dataframe/rules/rules.h"
#include "io/data_set.h"
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
      .def_rw("spaces_are_blank", &CsvOptions::spaces_are_blank)
      .def_prop_rw(
          "fills_short_records",
          [](const CsvOptions& o) { return o.short_records == CsvOptions::ShortRecords::kFill; },
          [](CsvOptions& o, bool fills) {
            o.short_records = fills ? CsvOptions::ShortRecords::kFill : CsvOptions::ShortRecords::kError;
          })
      .def_prop_rw(
          "cuts_long_records",
          [](const CsvOptions& o) { return o.long_records == CsvOptions::LongRecords::kCut; },
          [](CsvOptions& o, bool cuts) {
            o.long_records = cuts ? CsvOptions::LongRecords::kCut : CsvOptions::LongRecords::kError;
          })
      .def_rw("null_values", &CsvOptions::null_values)
      .def_rw("quoted_nulls", &CsvOptions::quoted_nulls)
      .def_prop_rw(
          "type_without_values", [](const CsvOptions& o) { return o.type_without_values.to_string(); },
          [](CsvOptions& o, const std::string& type) { o.type_without_values = DataType::from_string(type); })
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

/// All rows of the files that `filter`, if there is one, does not rule out by the keys of their directories.
DataFrame scan_parquet(const std::vector<std::string>& patterns, bool hive_partitioning,
                       std::uint64_t partition_bytes, const std::optional<Expression>& filter,
                       bool arrow_keys) {
  ParquetReadOptions options;
  options.hive_partitioning = hive_partitioning;
  options.partition_bytes = partition_bytes;
  const auto types = arrow_keys ? io::KeyTypes::kArrow : io::KeyTypes::kExact;
  io::KeyConditions where;
  if (filter) where = [&](const Schema& keys) { return dataframe::conditions_on(filter->node(), keys); };
  return open([&] {
    return DataFrame(std::make_shared<const dataframe::Scan>(
        io::open_parquet(io::expand_paths(patterns), options, where, types)));
  });
}

/// The keys of the directories that these files lie in, with Arrow's types: for each its name and all values
/// but null, in ascending order.
nb::list directory_keys(const std::vector<std::string>& patterns) {
  std::vector<Field> columns;
  std::vector<std::vector<Scalar>> values;
  {
    const GilReleased release;
    const std::vector<io::DataFile> files = io::list_parquet_files(io::expand_paths(patterns), true);
    columns = io::key_columns(files, io::KeyTypes::kArrow);
    for (std::size_t key = 0; key < columns.size(); ++key)
      values.push_back(io::key_values(files, key, columns[key].type));
  }
  nb::list keys;
  for (std::size_t key = 0; key < columns.size(); ++key) {
    nb::list listed;
    for (const Scalar& value : values[key]) {
      const auto* text = std::get_if<std::string>(&value.storage());
      listed.append(text != nullptr ? nb::cast(*text) : nb::cast(std::get<std::int64_t>(value.storage())));
    }
    keys.append(nb::make_tuple(columns[key].name, listed));
  }
  return keys;
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
  module.def("read_parquet", scan_parquet, nb::arg("patterns"), nb::arg("hive_partitioning"),
             nb::arg("partition_bytes"), nb::arg("filter").none() = nb::none(),
             nb::arg("arrow_keys") = false);
  module.def("directory_keys", directory_keys, nb::arg("patterns"));
  module.def("first_file", first_file);
  module.def(
      "from_table",
      [](const Table& table, std::optional<std::vector<std::int64_t>> partition_rows) {
        return partition_rows ? DataFrame(table, std::move(*partition_rows)) : DataFrame(table);
      },
      nb::arg("table"), nb::arg("partition_rows").none() = nb::none());
}

}  // namespace treadle::python

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "treadle/data_type.h"
#include "treadle/scalar.h"

// Hive's directory names: key=value, with characters that file systems or shells mind as %XX.
namespace treadle::io {

/// The value of a key; none for null.
using HiveValue = std::optional<std::string>;

/// The key of one directory of a path and its value.
struct HiveKey {
  std::string name;
  HiveValue value;
  bool operator==(const HiveKey&) const = default;
};

/// "origin=EWR"; "origin=__HIVE_DEFAULT_PARTITION__" for null.
std::string hive_directory(const HiveKey& key);
/// The inverse; nothing if the name is not of that form.
std::optional<HiveKey> parse_hive_directory(std::string_view name);
/// The keys among the directories of `path`, from the outermost. The last part (the file) is not looked at.
std::vector<HiveKey> parse_hive_path(std::string_view path);

/// What the columns of keys are. kExact: int64 if each value is an integer as we would print it ("7", not
/// "07"), so that nothing of a name is lost. kArrow: as in Arrow's data sets, by which pandas and Dask read:
/// int32 if each value is an integer of that size, zeros before it or not. Otherwise utf8.
enum class KeyTypes : std::uint8_t { kExact, kArrow };

/// The type of a column with these values. Nulls do not count; utf8 if all are null.
DataType infer_hive_type(const std::vector<HiveValue>& values, KeyTypes types);
/// The value as a scalar of `type`, which infer_hive_type() answered.
Scalar hive_scalar(const HiveValue& value, const DataType& type);

}  // namespace treadle::io

#pragma once

#include <cstdint>
#include <memory>

#include "columnar/column.h"
#include "io/ndjson/json.h"
#include "treadle/data_type.h"

namespace treadle::ndjson {

/// Makes columns out of JSON values. One thread at a time.
class ValueBuilder {
 public:
  virtual ~ValueBuilder() = default;
  /// Appends a value that is not null. False: it is no JSON, or no value of the type; the row is then
  /// perhaps half there, and append_null() completes it.
  virtual bool append(ondemand::value& value, ondemand::json_type type) = 0;
  /// Appends a null.
  virtual void append_null() = 0;
  virtual std::int64_t length() const = 0;
  /// The column of all rows since the last finish().
  virtual columnar::Column finish() = 0;
  /// Some value so far would be another one as the type that the column may widen to: "-0".
  virtual bool has_odd_values() const { return false; }

  /// Appends any value, null included; as append() does.
  bool append_value(ondemand::value& value);
};

/// A builder for `type`. Throws InvalidArgument for a type that is not read from JSON.
std::unique_ptr<ValueBuilder> make_value_builder(const DataType& type);
/// For lists and structs.
std::unique_ptr<ValueBuilder> make_nested_builder(const DataType& type);

}  // namespace treadle::ndjson

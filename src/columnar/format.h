#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "columnar/column.h"
#include "columnar/int128.h"
#include "treadle/scalar.h"

// Values as text: exact, and the same in CSV, JSON and tables.
//
//   float      the shortest digits that read back as the same number: 0.1, 2.0, 1e+300, NaN, inf
//   date       2013-01-31
//   timestamp  2013-01-31T05:00:00, as many digits behind the second as it takes in threes; with a zone its
//   clock's
//              time and offset: 2013-01-31T05:00:00+01:00, Z for UTC
//   duration   ISO 8601: PT1H30M, P2DT0.5S, -PT1S
//   binary     hexadecimal digits
//   nested     [1, 2, null], {a: 1, b: x}
namespace treadle::columnar {

void append_integer(std::string& out, std::int64_t value);
void append_integer(std::string& out, std::uint64_t value);
void append_float(std::string& out, double value);
void append_float(std::string& out, float value);
void append_decimal(std::string& out, int128_t unscaled, int scale);
void append_date(std::string& out, std::int64_t days);
void append_time(std::string& out, std::int64_t ticks, TimeUnit unit);
/// `ticks` by the clock to be shown; `offset_seconds` is only written, not added.
void append_clock(std::string& out, std::int64_t ticks, TimeUnit unit);
void append_offset(std::string& out, std::int64_t offset_seconds);
void append_duration(std::string& out, std::int64_t ticks, TimeUnit unit);
void append_hex(std::string& out, std::string_view bytes);

/// The scalar's text; "null" for a null; text as it is, without quotes.
void append_scalar(std::string& out, const Scalar& scalar);

/// Writes values of one column after the other; what its type needs is looked up once. Lives no longer than
/// the column. One thread at a time.
class ValueFormatter {
 public:
  explicit ValueFormatter(const Column& column);
  ~ValueFormatter();
  ValueFormatter(ValueFormatter&&) noexcept;
  ValueFormatter& operator=(ValueFormatter&&) noexcept;
  /// The value at `row`, which must not be null.
  void append(std::string& out, std::int64_t row) { append_(*state_, out, row); }

  struct State;

 private:
  std::unique_ptr<State> state_;
  void (*append_)(State& state, std::string& out, std::int64_t row) = nullptr;
};

/// The value at `row`, "null" if there is none: for single values.
void append_value(std::string& out, const Column& column, std::int64_t row);

}  // namespace treadle::columnar

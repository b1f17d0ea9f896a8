#include "io/csv/infer.h"

#include <algorithm>

#include "io/csv/parse_number.h"
#include "io/csv/parse_time.h"

namespace treadle::csv {
namespace {

bool may_be_number(char c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == ' '; }

Kind kind_of_number(std::string_view value) {
  std::int64_t integer = 0;
  const Parsed parsed = parse_int64(value, integer);
  if (parsed == Parsed::kYes || parsed == Parsed::kOdd) return Kind::kInt64;
  double number = 0;
  return parse_double(value, number) == Parsed::kNo ? Kind::kText : Kind::kFloat64;
}

Kind kind_of_time(std::string_view value) {
  TimeText time;
  if (!parse_time_text(value, time)) return Kind::kText;
  if (!time.has_clock) return Kind::kDate;
  const bool nanos = time.nanoseconds % 1000 != 0;
  if (time.has_zone) return nanos ? Kind::kNanosUtc : Kind::kMicrosUtc;
  return nanos ? Kind::kNanos : Kind::kMicros;
}

bool is_pair(Kind low, Kind high, Kind a, Kind b) { return low == a && high == b; }

}  // namespace

Kind kind_of(std::string_view value, bool infer_dates) {
  if (value.empty()) return Kind::kNone;
  const bool numeric = may_be_number(value[0]);
  if (infer_dates && numeric && value.size() >= 10 && value[4] == '-') {
    if (const Kind kind = kind_of_time(value); kind != Kind::kText) return kind;
  }
  bool truth = false;
  if (!numeric && parse_bool(value, truth) != Parsed::kNo) return Kind::kBool;
  return kind_of_number(value);
}

Kind join(Kind a, Kind b) {
  const Kind low = std::min(a, b), high = std::max(a, b);
  if (low == high || low == Kind::kNone) return high;
  const bool nested =
      is_pair(low, high, Kind::kInt64, Kind::kFloat64) || is_pair(low, high, Kind::kDate, Kind::kMicros) ||
      is_pair(low, high, Kind::kDate, Kind::kNanos) || is_pair(low, high, Kind::kMicros, Kind::kNanos) ||
      is_pair(low, high, Kind::kMicrosUtc, Kind::kNanosUtc);
  return nested ? high : Kind::kText;
}

DataType type_of(Kind kind) {
  switch (kind) {
    case Kind::kBool:
      return TypeId::kBool;
    case Kind::kInt64:
      return TypeId::kInt64;
    case Kind::kFloat64:
      return TypeId::kFloat64;
    case Kind::kDate:
      return TypeId::kDate;
    case Kind::kMicros:
      return DataType::timestamp(TimeUnit::kMicro);
    case Kind::kNanos:
      return DataType::timestamp(TimeUnit::kNano);
    case Kind::kMicrosUtc:
      return DataType::timestamp(TimeUnit::kMicro, "UTC");
    case Kind::kNanosUtc:
      return DataType::timestamp(TimeUnit::kNano, "UTC");
    case Kind::kNone:
    case Kind::kText:
      break;
  }
  return TypeId::kUtf8;
}

Kind kind_of(const DataType& type) {
  for (const Kind kind : {Kind::kBool, Kind::kInt64, Kind::kFloat64, Kind::kDate, Kind::kMicros, Kind::kNanos,
                          Kind::kMicrosUtc, Kind::kNanosUtc}) {
    if (type == type_of(kind)) return kind;
  }
  return Kind::kText;
}

}  // namespace treadle::csv

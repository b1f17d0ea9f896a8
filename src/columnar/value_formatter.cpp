#include <memory>
#include <type_traits>
#include <vector>

#include "columnar/bitmap.h"
#include "columnar/calendar.h"
#include "columnar/format.h"
#include "columnar/type_dispatch.h"
#include "columnar/zone.h"
#include "treadle/schema.h"

namespace treadle::columnar {

struct ValueFormatter::State {
  const Column* column;
  std::unique_ptr<ZoneCursor> zone;      // timestamps with a zone
  std::vector<ValueFormatter> children;  // nested types
};

namespace {

using State = ValueFormatter::State;

template <class T>
T value_at(const State& state, std::int64_t row) {
  return state.column->values_as<T>()[row];
}

template <class T>
void append_number(State& state, std::string& out, std::int64_t row) {
  if constexpr (std::is_floating_point_v<T>) {
    append_float(out, value_at<T>(state, row));
  } else if constexpr (std::is_signed_v<T>) {
    append_integer(out, static_cast<std::int64_t>(value_at<T>(state, row)));
  } else {
    append_integer(out, static_cast<std::uint64_t>(value_at<T>(state, row)));
  }
}

void append_null(State&, std::string& out, std::int64_t) { out += "null"; }
void append_bool(State& state, std::string& out, std::int64_t row) {
  out += get_bit(state.column->values()->data(), row) ? "true" : "false";
}
void append_text(State& state, std::string& out, std::int64_t row) { out += state.column->text(row); }
void append_binary(State& state, std::string& out, std::int64_t row) {
  append_hex(out, state.column->text(row));
}
void append_digits(State& state, std::string& out, std::int64_t row) {
  append_decimal(out, value_at<int128_t>(state, row), state.column->type().scale());
}
void append_day(State& state, std::string& out, std::int64_t row) {
  append_date(out, value_at<std::int32_t>(state, row));
}

template <void (*Append)(std::string&, std::int64_t, TimeUnit)>
void append_ticks(State& state, std::string& out, std::int64_t row) {
  Append(out, value_at<std::int64_t>(state, row), state.column->type().unit());
}

void append_zoned(std::string& out, std::int64_t ticks, const DataType& type, ZoneCursor& zone) {
  const std::int64_t per_second = ticks_per_second(type.unit());
  const std::int64_t offset = zone.offset_at(floor_div(ticks, per_second));
  append_clock(out, ticks + offset * per_second, type.unit());
  if (type.zone() == "UTC") {
    out += 'Z';
  } else {
    append_offset(out, offset);
  }
}

void append_zoned_row(State& state, std::string& out, std::int64_t row) {
  append_zoned(out, value_at<std::int64_t>(state, row), state.column->type(), *state.zone);
}

void append_child(State& state, std::string& out, std::size_t child, std::int64_t row) {
  if (state.column->children()[child].is_valid(row)) {
    state.children[child].append(out, row);
  } else {
    out += "null";
  }
}

void append_list(State& state, std::string& out, std::int64_t row) {
  const std::int32_t* offsets = state.column->values_as<std::int32_t>() + row;
  out += '[';
  for (std::int32_t i = offsets[0]; i < offsets[1]; ++i) {
    if (i != offsets[0]) out += ", ";
    append_child(state, out, 0, i);
  }
  out += ']';
}

void append_struct(State& state, std::string& out, std::int64_t row) {
  out += '{';
  for (std::size_t i = 0; i < state.children.size(); ++i) {
    if (i != 0) out += ", ";
    out += state.column->type().fields()[i].name + ": ";
    append_child(state, out, i, row);
  }
  out += '}';
}

using Append = void (*)(State&, std::string&, std::int64_t);

Append append_for(const DataType& type) {
  switch (type.id()) {
    case TypeId::kNull:
      return append_null;
    case TypeId::kBool:
      return append_bool;
    case TypeId::kUtf8:
      return append_text;
    case TypeId::kBinary:
      return append_binary;
    case TypeId::kDecimal128:
      return append_digits;
    case TypeId::kDate:
      return append_day;
    case TypeId::kTime:
      return append_ticks<append_time>;
    case TypeId::kDuration:
      return append_ticks<append_duration>;
    case TypeId::kTimestamp:
      return type.zone().empty() ? append_ticks<append_clock> : append_zoned_row;
    case TypeId::kList:
      return append_list;
    case TypeId::kStruct:
      return append_struct;
    default:
      return visit_number(type.id(),
                          [](auto tag) -> Append { return append_number<typename decltype(tag)::type>; });
  }
}

}  // namespace

ValueFormatter::ValueFormatter(const Column& column)
    : state_(std::make_unique<State>(State{&column, nullptr, {}})), append_(append_for(column.type())) {
  for (const Column& child : column.children()) state_->children.emplace_back(child);
  if (column.type().id() == TypeId::kTimestamp && !column.type().zone().empty()) {
    state_->zone = std::make_unique<ZoneCursor>(Zone::find(column.type().zone()));
  }
}

ValueFormatter::~ValueFormatter() = default;
ValueFormatter::ValueFormatter(ValueFormatter&&) noexcept = default;
ValueFormatter& ValueFormatter::operator=(ValueFormatter&&) noexcept = default;

void append_value(std::string& out, const Column& column, std::int64_t row) {
  if (column.is_valid(row)) {
    ValueFormatter(column).append(out, row);
  } else {
    out += "null";
  }
}

void append_scalar(std::string& out, const Scalar& scalar) {
  const DataType& type = scalar.type();
  switch (scalar.storage().index()) {
    case 0:
      out += "null";
      return;
    case 1:
      out += std::get<bool>(scalar.storage()) ? "true" : "false";
      return;
    case 3:
      append_integer(out, std::get<std::uint64_t>(scalar.storage()));
      return;
    case 4:
      if (type.id() == TypeId::kFloat32) {
        append_float(out, static_cast<float>(std::get<double>(scalar.storage())));
      } else {
        append_float(out, std::get<double>(scalar.storage()));
      }
      return;
    case 5:
      if (type.id() == TypeId::kBinary) return append_hex(out, std::get<std::string>(scalar.storage()));
      out += std::get<std::string>(scalar.storage());
      return;
    default:
      break;
  }
  const std::int64_t value = std::get<std::int64_t>(scalar.storage());
  switch (type.id()) {
    case TypeId::kDate:
      return append_date(out, value);
    case TypeId::kTime:
      return append_time(out, value, type.unit());
    case TypeId::kDuration:
      return append_duration(out, value, type.unit());
    case TypeId::kTimestamp: {
      if (type.zone().empty()) return append_clock(out, value, type.unit());
      ZoneCursor zone(Zone::find(type.zone()));
      return append_zoned(out, value, type, zone);
    }
    default:
      return append_integer(out, value);
  }
}

}  // namespace treadle::columnar

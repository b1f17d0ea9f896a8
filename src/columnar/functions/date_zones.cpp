#include "columnar/builder.h"
#include "columnar/functions/kernel.h"
#include "columnar/functions/local_time.h"
#include "columnar/functions/register.h"
#include "columnar/functions/types.h"
#include "treadle/error.h"

// dt.wall: what the clock of a timestamp's zone shows, as a timestamp without a zone. dt.localize, the other
// way: when the clock of the type's zone shows what the ticks say; what to do about times that it shows twice
// or never is a parameter.
namespace treadle::columnar::functions {
namespace {

Datum run_wall(Arguments arguments, std::int64_t length, const DataType& result) {
  return run_null_in_null_out(arguments, length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    LocalTimeReader reader(column);
    const std::int64_t per_day = ticks_per_day(reader.unit());
    BufferBuilder values(static_cast<std::size_t>(rows) * sizeof(std::int64_t));
    auto* out = values.as<std::int64_t>();
    reader.for_each([=](std::int64_t i, LocalTime time) { out[i] = time.days * per_day + time.ticks; });
    return fixed_width(result, rows, column.validity(), values.finish());
  });
}

ResolvedFunction resolve_wall(std::span<const DataType> types) {
  if (types[0].id() != TypeId::kTimestamp) throw_no_kernel("dt.wall", "a timestamp", types);
  return {DataType::timestamp(types[0].unit()), {types[0]}, run_wall};
}

enum class Twice : std::uint8_t { kRaise, kEarlier, kLater, kNull };
enum class Never : std::uint8_t { kRaise, kForward, kBackward, kNull };

Twice twice_of(std::string_view text) {
  if (text == "raise") return Twice::kRaise;
  if (text == "earlier") return Twice::kEarlier;
  if (text == "later") return Twice::kLater;
  if (text == "null") return Twice::kNull;
  throw InvalidArgument("dt.localize takes raise, earlier, later or null for times shown twice; found \"" +
                        std::string(text) + "\"");
}

Never never_of(std::string_view text) {
  if (text == "raise") return Never::kRaise;
  if (text == "forward") return Never::kForward;
  if (text == "backward") return Never::kBackward;
  if (text == "null") return Never::kNull;
  throw InvalidArgument("dt.localize takes raise, forward, backward or null for times never shown; found \"" +
                        std::string(text) + "\"");
}

[[noreturn]] void throw_unclear(const DataType& type, std::int64_t ticks, std::string_view what) {
  throw InvalidArgument("the clock of " + type.zone() + " shows " +
                        Scalar(DataType::timestamp(type.unit()), ticks).to_string() + " " +
                        std::string(what));
}

/// One clock reading after the other, as ticks.
class Localizer {
 public:
  Localizer(const DataType& type, Twice twice, Never never)
      : type_(type),
        zone_(Zone::find(type.zone())),
        per_second_(ticks_per_second(type.unit())),
        twice_(twice),
        never_(never) {}

  /// Nothing where the answer is a missing value.
  std::optional<std::int64_t> operator()(std::int64_t clock) const {
    const std::int64_t seconds = floor_div(clock, per_second_);
    const Zone::Instants found = zone_->instants_of(seconds);
    if (found.kind == Zone::Instants::Kind::kOnce) return moved(clock, seconds, found.earlier);
    return found.kind == Zone::Instants::Kind::kTwice ? shown_twice(clock, seconds, found)
                                                      : shown_never(clock, found);
  }

 private:
  /// `clock` as ticks at `utc`, the second that it lies in.
  std::int64_t moved(std::int64_t clock, std::int64_t seconds, std::int64_t utc) const noexcept {
    return clock - (seconds - utc) * per_second_;
  }
  std::optional<std::int64_t> shown_twice(std::int64_t clock, std::int64_t seconds,
                                          const Zone::Instants& found) const {
    if (twice_ == Twice::kRaise)
      throw_unclear(type_, clock,
                    "twice, at the end of daylight saving time: say by ambiguous= which is meant");
    if (twice_ == Twice::kNull) return std::nullopt;
    return moved(clock, seconds, twice_ == Twice::kEarlier ? found.earlier : found.later);
  }
  std::optional<std::int64_t> shown_never(std::int64_t clock, const Zone::Instants& found) const {
    if (never_ == Never::kRaise)
      throw_unclear(type_, clock,
                    "never, as daylight saving time begins: say by nonexistent= what it becomes");
    if (never_ == Never::kNull) return std::nullopt;
    return found.change * per_second_ - (never_ == Never::kBackward ? 1 : 0);
  }

  DataType type_;
  std::shared_ptr<const Zone> zone_;
  std::int64_t per_second_;
  Twice twice_;
  Never never_;
};

Datum run_localize(Arguments arguments, std::int64_t length, const DataType& result) {
  const Localizer localize(result, twice_of(text_parameter(arguments[1], "dt.localize", "ambiguous")),
                           never_of(text_parameter(arguments[2], "dt.localize", "nonexistent")));
  return run_null_in_null_out(arguments.first(1), length, result, [&](Arguments row, std::int64_t rows) {
    const Column& column = column_of(row[0]);
    const auto* clock = column.values_as<std::int64_t>();
    FixedBuilder<std::int64_t> out;
    out.reserve(rows);
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto time = column.is_valid(i) ? localize(clock[i]) : std::nullopt;
      if (time) {
        out.append(*time);
      } else {
        out.append_null();
      }
    }
    return out.finish(result);
  });
}

ResolvedFunction resolve_localize(std::span<const DataType> types) {
  const bool fits = types[0].id() == TypeId::kTimestamp && !types[0].zone().empty() &&
                    types[1].id() == TypeId::kUtf8 && types[2].id() == TypeId::kUtf8;
  if (!fits) throw_no_kernel("dt.localize", "a timestamp with a zone and two words", types);
  return {types[0], {types[0], TypeId::kUtf8, TypeId::kUtf8}, run_localize};
}

}  // namespace

void register_date_zones(FunctionRegistry& registry) {
  registry.add({"dt.wall", 1, 1, resolve_wall});
  registry.add({"dt.localize", 3, 3, resolve_localize});
}

}  // namespace treadle::columnar::functions

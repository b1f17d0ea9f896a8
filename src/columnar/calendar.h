#pragma once

#include <cstdint>

#include "treadle/data_type.h"

// The proleptic Gregorian calendar on plain integers: days since 1970-01-01 and ticks of a TimeUnit.
namespace treadle::columnar {

inline constexpr std::int64_t kSecondsPerDay = 86400;

constexpr std::int64_t ticks_per_second(TimeUnit unit) noexcept {
  constexpr std::int64_t ticks[] = {1, 1000, 1000000, 1000000000};
  return ticks[static_cast<int>(unit)];
}
constexpr std::int64_t ticks_per_day(TimeUnit unit) noexcept {
  return kSecondsPerDay * ticks_per_second(unit);
}
/// 0, 3, 6, 9.
constexpr int fraction_digits(TimeUnit unit) noexcept { return 3 * static_cast<int>(unit); }

/// Division rounding down, and what it leaves; the divisor is positive.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) noexcept {
  return a % b + (a % b < 0 ? b : 0);
}

struct CivilDate {
  std::int32_t year;
  std::uint32_t month;  // 1 to 12
  std::uint32_t day;    // 1 to 31
};

/// The arithmetic counts years from March, so that the leap day comes last, in eras of 400 years, which all
/// have the same number of days (Neri and Schneider; also Hinnant's chrono algorithms).
constexpr CivilDate civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = floor_div(shifted, 146097);
  const auto day_of_era = static_cast<std::uint32_t>(shifted - era * 146097);
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t march_month = (5 * day_of_year + 2) / 153;
  const std::uint32_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const auto year = static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  return {year, month, day_of_year - (153 * march_month + 2) / 5 + 1};
}

constexpr std::int64_t days_from_civil(std::int64_t year, std::uint32_t month, std::uint32_t day) noexcept {
  const std::int64_t march_year = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(march_year, 400);
  const auto year_of_era = static_cast<std::uint32_t>(march_year - era * 400);
  const std::uint32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

constexpr bool is_leap_year(std::int64_t year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
constexpr std::uint32_t days_in_month(std::int64_t year, std::uint32_t month) noexcept {
  constexpr std::uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}
/// Monday is 1, Sunday 7.
constexpr int iso_weekday(std::int64_t days) noexcept { return static_cast<int>(floor_mod(days + 3, 7)) + 1; }

/// The ISO 8601 week: weeks start on Monday and belong to the year that their Thursday lies in.
struct IsoWeek {
  std::int32_t year;
  int week;
};
constexpr IsoWeek iso_week(std::int64_t days) noexcept {
  const std::int64_t thursday = days - (iso_weekday(days) - 4);
  const std::int32_t year = civil_from_days(thursday).year;
  return {year, static_cast<int>((thursday - days_from_civil(year, 1, 1)) / 7) + 1};
}

}  // namespace treadle::columnar

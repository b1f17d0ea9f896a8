#pragma once

#include <string_view>

// The names that texts give to months and days, in English; their first three letters are their short forms.
namespace treadle::columnar {

inline constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                               "May",       "June",     "July",     "August",
                                               "September", "October",  "November", "December"};
inline constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                             "Friday", "Saturday", "Sunday"};

}  // namespace treadle::columnar

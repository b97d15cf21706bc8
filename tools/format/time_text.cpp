#include "format/time_text.hpp"

#include <array>

#include <fmt/format.h>

namespace shmkit::tool {
namespace {

/// As NumPy: out of range wraps, without undefined behaviour.
std::int64_t wrapping_multiply(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

struct Division {
  std::int64_t quotient;  ///< Rounded down.
  std::int64_t rest;      ///< 0 <= rest < divisor
};

Division divide(std::int64_t number, std::int64_t divisor) {
  const std::int64_t rest = ((number % divisor) + divisor) % divisor;
  return {number / divisor - (number % divisor < 0 ? 1 : 0), rest};
}

std::string month_text(std::int64_t months) {
  const auto [years, month] = divide(months, 12);
  return fmt::format("{:04}-{:02}", 1970 + years, month + 1);
}

/// The proleptic Gregorian date, counted in years that begin in March, so that the leap day comes last.
std::string date_text(std::int64_t days) {
  constexpr std::int64_t kDaysPer400Years = 146097;
  constexpr std::int64_t kEpoch = 719468 - 4 * kDaysPer400Years;  // 1970-01-01, counted from 1600-03-01
  const auto [outer, inner] = divide(days, kDaysPer400Years);     // Split first: days + kEpoch may overflow.
  const auto [carry, day_of_era] = divide(inner + kEpoch, kDaysPer400Years);
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const std::int64_t year = 1600 + 400 * (outer + carry) + year_of_era + (month <= 2 ? 1 : 0);
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

std::string hour_text(std::int64_t hours) {
  const auto [days, hour] = divide(hours, 24);
  return fmt::format("{}T{:02}", date_text(days), hour);
}

std::string minute_text(std::int64_t minutes) {
  const auto [hours, minute] = divide(minutes, 60);
  return fmt::format("{}:{:02}", hour_text(hours), minute);
}

std::string second_text(std::int64_t seconds) {
  const auto [minutes, second] = divide(seconds, 60);
  return fmt::format("{}:{:02}", minute_text(minutes), second);
}

std::string fraction_text(std::int64_t ticks, int digits) {
  std::int64_t per_second = 1;
  for (int i = 0; i < digits; ++i) per_second *= 10;
  const auto [seconds, fraction] = divide(ticks, per_second);
  return fmt::format("{}.{:0{}}", second_text(seconds), fraction, digits);
}

constexpr std::array kUnitNames = {"generic time units",
                                   "years",
                                   "months",
                                   "weeks",
                                   "days",
                                   "hours",
                                   "minutes",
                                   "seconds",
                                   "milliseconds",
                                   "microseconds",
                                   "nanoseconds",
                                   "picoseconds",
                                   "femtoseconds",
                                   "attoseconds"};

}  // namespace

std::string datetime_text(std::int64_t count, const DType& dtype) {
  if (count == kNotATime) return "NaT";
  const std::int64_t units = wrapping_multiply(count, dtype.multiple());
  switch (dtype.unit()) {
    case TimeUnit::generic:
      return fmt::to_string(count);
    case TimeUnit::Y:
      return fmt::format("{:04}", wrapping_add(units, 1970));
    case TimeUnit::M:
      return month_text(units);
    case TimeUnit::W:
      return date_text(wrapping_multiply(units, 7));
    case TimeUnit::D:
      return date_text(units);
    case TimeUnit::h:
      return hour_text(units);
    case TimeUnit::m:
      return minute_text(units);
    case TimeUnit::s:
      return second_text(units);
    default:
      break;
  }
  const int steps = static_cast<int>(dtype.unit()) - static_cast<int>(TimeUnit::s);
  return fraction_text(units, 3 * steps);
}

std::string timedelta_text(std::int64_t count, const DType& dtype) {
  if (count == kNotATime) return "NaT";
  return fmt::format("{} {}", wrapping_multiply(count, dtype.multiple()),
                     kUnitNames.at(static_cast<std::size_t>(dtype.unit())));
}

}  // namespace shmkit::tool

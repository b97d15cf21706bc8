#include "format/time_text.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: what NumPy 1.24 writes, and for the ends of the range `cal` arithmetic: 400 years have 146097
// days.

std::string date(TimeUnit unit, std::int64_t count, std::uint32_t multiple = 1) {
  return datetime_text(count, DType::time(Kind::datetime64, unit, multiple));
}

TEST(DatetimeText, WritesDownToItsUnit) {
  EXPECT_EQ(date(TimeUnit::Y, 54), "2024");
  EXPECT_EQ(date(TimeUnit::M, -1), "1969-12");
  EXPECT_EQ(date(TimeUnit::W, 1), "1970-01-08");
  EXPECT_EQ(date(TimeUnit::D, 19782), "2024-02-29");
  EXPECT_EQ(date(TimeUnit::h, -1), "1969-12-31T23");
  EXPECT_EQ(date(TimeUnit::m, 1234567), "1972-05-07T08:07");
  EXPECT_EQ(date(TimeUnit::s, 1234567), "1970-01-15T06:56:07");
  EXPECT_EQ(date(TimeUnit::ms, -1), "1969-12-31T23:59:59.999");
  EXPECT_EQ(date(TimeUnit::as, 1), "1970-01-01T00:00:00.000000000000000001");
}

TEST(DatetimeText, MultipliesByTheMultiple) { EXPECT_EQ(date(TimeUnit::s, 5, 25), "1970-01-01T00:02:05"); }

TEST(DatetimeText, WritesYearsOfAtLeastFourCharacters) {
  EXPECT_EQ(date(TimeUnit::Y, -1969), "0001");
  EXPECT_EQ(date(TimeUnit::Y, -1971), "-001");
  EXPECT_EQ(date(TimeUnit::D, -987654321), "-2702136-04-25");
}

TEST(DatetimeText, KnowsLeapYears) {
  EXPECT_EQ(date(TimeUnit::D, -25509), "1900-02-28");
  EXPECT_EQ(date(TimeUnit::D, -25508), "1900-03-01");
  EXPECT_EQ(date(TimeUnit::D, 11016), "2000-02-29");
  EXPECT_EQ(date(TimeUnit::D, 11017), "2000-03-01");
}

TEST(DatetimeText, RepeatsEvery400YearsUpToTheEndsOfTheRange) {
  constexpr std::int64_t kEra = 146097;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kEra;
  for (const std::int64_t eras : {kMost, -kMost}) {
    EXPECT_EQ(date(TimeUnit::D, eras * kEra), std::to_string(1970 + 400 * eras) + "-01-01");
  }
}

TEST(DatetimeText, WritesNotATimeAndNumbersWithoutAUnit) {
  EXPECT_EQ(date(TimeUnit::D, kNotATime), "NaT");
  EXPECT_EQ(date(TimeUnit::generic, -7), "-7");
}

TEST(TimedeltaText, NamesItsUnit) {
  EXPECT_EQ(timedelta_text(1, DType::time(Kind::timedelta64, TimeUnit::D)), "1 days");
  EXPECT_EQ(timedelta_text(5, DType::time(Kind::timedelta64, TimeUnit::s, 25)), "125 seconds");
  EXPECT_EQ(timedelta_text(-5, DType::time(Kind::timedelta64, TimeUnit::generic)), "-5 generic time units");
  EXPECT_EQ(timedelta_text(-5, DType::time(Kind::timedelta64, TimeUnit::as)), "-5 attoseconds");
  EXPECT_EQ(timedelta_text(kNotATime, DType::time(Kind::timedelta64, TimeUnit::s)), "NaT");
}

}  // namespace
}  // namespace shmkit::tool

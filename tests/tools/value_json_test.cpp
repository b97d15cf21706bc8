#include "format/value_json.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <string_view>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: the table in value_json.hpp, as the text that leaves the program.

using Limits = std::numeric_limits<double>;

template <class T>
std::string dump(T element) {
  return value_json(make_value(element)).dump();
}

std::string dump(const DType& dtype, std::string_view bytes) {
  return element_json(dtype, reinterpret_cast<const std::byte*>(bytes.data())).dump();
}

std::string dump_time(const DType& dtype, std::int64_t count) {
  return element_json(dtype, reinterpret_cast<const std::byte*>(&count)).dump();
}

TEST(ValueJson, KeepsIntegersExact) {
  EXPECT_EQ(dump(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(dump(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(dump(std::uint8_t{200}), "200");
  EXPECT_EQ(dump(true), "true");
}

TEST(ValueJson, WritesTheShortestDigitsOfTheType) {
  EXPECT_EQ(dump(0.1F), "0.1");
  EXPECT_EQ(dump(float16(0.1F)), "0.1");
  EXPECT_EQ(dump(0.1), "0.1");
  EXPECT_EQ(dump(-1.0F), "-1.0");
  EXPECT_EQ(dump(std::numeric_limits<float>::max()), "3.4028235e+38");
  EXPECT_EQ(dump(1e300), "1e+300");
}

TEST(ValueJson, WritesWhatIsNotFiniteAsStrings) {
  EXPECT_EQ(dump(Limits::quiet_NaN()), R"("nan")");
  EXPECT_EQ(dump(-std::numeric_limits<float>::infinity()), R"("-inf")");
  EXPECT_EQ(dump(std::numeric_limits<long double>::infinity()), R"("inf")");
  EXPECT_EQ(dump(std::complex<double>(1.5, Limits::quiet_NaN())), R"([1.5,"nan"])");
}

TEST(ValueJson, WritesALongDoubleAsANumberOnlyIfADoubleHoldsIt) {
  EXPECT_EQ(dump(0.25L), "0.25");
  if constexpr (sizeof(long double) > sizeof(double)) {
    EXPECT_EQ(dump(0.1L), R"("0.1")");
    EXPECT_EQ(dump(1e4000L), R"("1e+4000")");
  }
}

TEST(ValueJson, WritesNullForNoValue) { EXPECT_EQ(value_json(Value{}).dump(), "null"); }

TEST(ElementJson, ReadsUnalignedElements) {
  std::array<std::byte, 9> memory{};
  const double value = 2.5;
  std::memcpy(memory.data() + 1, &value, sizeof value);
  EXPECT_EQ(element_json(Kind::float64, memory.data() + 1).dump(), "2.5");
}

TEST(ElementJson, WritesStrings) {
  using namespace std::string_view_literals;
  EXPECT_EQ(dump(DType::flexible(Kind::bytes, 5), "ab\0\0\0"sv), R"("ab")");
  EXPECT_EQ(dump(DType::flexible(Kind::bytes, 4), "\xC3\xA9\xFEz"sv), "\"\xC3\xA9\\\\xfez\"");
  EXPECT_EQ(dump(DType::flexible(Kind::raw, 3), "\0\xAB\x10"sv), R"("00ab10")");
  const std::array<char32_t, 3> word = {U'\u00E9', U'\xD800', U'\0'};
  EXPECT_EQ(element_json(DType::flexible(Kind::unicode, 12), reinterpret_cast<const std::byte*>(word.data()))
                .dump(),
            "\"\xC3\xA9\xEF\xBF\xBD\"");
}

TEST(ElementJson, WritesTimes) {
  constexpr std::int64_t kNaT = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(dump_time(DType::time(Kind::datetime64, TimeUnit::ms), 250), R"("1970-01-01T00:00:00.250")");
  EXPECT_EQ(dump_time(DType::time(Kind::datetime64, TimeUnit::D), kNaT), R"("NaT")");
  EXPECT_EQ(dump_time(DType::time(Kind::timedelta64, TimeUnit::s, 25), 3), "3");
  EXPECT_EQ(dump_time(DType::time(Kind::timedelta64, TimeUnit::s), kNaT), R"("NaT")");
}

}  // namespace
}  // namespace shmkit::tool

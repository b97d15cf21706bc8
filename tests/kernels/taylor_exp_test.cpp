#include <gtest/gtest.h>

#include <cmath>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: std::exp, where the series has converged without much cancellation; the first terms by hand.
namespace shmkit::kernel {
namespace {

// From an array of T into one of R.
template <Element T, Element R>
std::vector<R> taylor(std::vector<Stored<T>> data, const char* terms, std::uint64_t chunks = 1) {
  const Kernel& row = *find("taylor_exp");
  const Kind kind = KindOf<T>::value;
  std::vector<R> out(data.size(), R(99));
  const Column from{kind, reinterpret_cast<std::byte*>(data.data())};
  const Column to{KindOf<R>::value, reinterpret_cast<std::byte*>(out.data())};
  const Params params = params_of(row, {{"terms", terms}}, {{kind, kind}, data.size()});
  run_operands(row, {{from, from}, to, data.size()}, chunks, params);
  return out;
}

TEST(TaylorExp, IsExpWhereItConverges) {
  std::vector<double> data;
  for (int i = -40; i <= 560; ++i) data.push_back(0.125 * i);
  const auto result = taylor<double, double>(data, "1000", 7);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const double error = 0x1p-52 * (std::exp(std::abs(data[i])) + 20 * std::exp(data[i]));
    EXPECT_NEAR(result[i], std::exp(data[i]), error * 8) << data[i];
  }
}

TEST(TaylorExp, StopsAfterItsTerms) {
  const std::vector<double> data{0, 1, -2, 3, 0.5};
  EXPECT_EQ((taylor<double, double>(data, "1")), std::vector<double>(5, 1.0));
  EXPECT_EQ((taylor<double, double>(data, "2")), (std::vector<double>{1, 2, -1, 4, 1.5}));
  EXPECT_EQ((taylor<double, double>(data, "3", 2)), (std::vector<double>{1, 2.5, 1, 8.5, 1.625}));
}

TEST(TaylorExp, KnowsNaNAndInfinities) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto result = taylor<double, double>({infinity, -infinity, std::nan(""), 1e308, -0.0}, "1000");
  EXPECT_EQ(result[0], infinity);
  EXPECT_TRUE(std::isnan(result[1]));
  EXPECT_TRUE(std::isnan(result[2]));
  EXPECT_EQ(result[3], infinity);
  EXPECT_EQ(result[4], 1.0);
}

TEST(TaylorExp, OfIntegersIsFloat64AndOfFloatsTheirOwn) {
  const Kernel& row = *find("taylor_exp");
  const auto result = [&](Kind kind) { return row.result_kind({kind, kind}, {}); };
  EXPECT_EQ(result(Kind::boolean), Kind::float64);
  EXPECT_EQ(result(Kind::uint64), Kind::float64);
  EXPECT_EQ(result(Kind::float16), Kind::float16);
  EXPECT_EQ(result(Kind::float32), Kind::float32);
  EXPECT_EQ(result(Kind::longdouble), Kind::longdouble);
  EXPECT_FALSE(row.accepts({Kind::complex64, Kind::complex64}));

  const auto expected = taylor<double, double>({1, 0, 1}, "30");
  EXPECT_EQ((taylor<bool, double>({1, 0, 7}, "30")), expected);
  EXPECT_EQ((taylor<std::int8_t, double>({1, 0, 1}, "30", 3)), expected);
  EXPECT_EQ((taylor<float, float>({1, 0, 1}, "30")), std::vector<float>(expected.begin(), expected.end()));
  EXPECT_EQ((taylor<std::int32_t, float>({1, 0, 1}, "30")),
            std::vector<float>(expected.begin(), expected.end()));
  // Rounded to their own dtype first.
  EXPECT_EQ((taylor<float, double>({1, 0, 1}, "30")[0]),
            static_cast<double>(static_cast<float>(expected[0])));
  EXPECT_NEAR(static_cast<double>(taylor<long double, long double>({1}, "40")[0] - std::exp(1.0L)), 0, 1e-18);
}

TEST(TaylorExp, InPlaceIsTheSame) {
  auto data = run_generator<double>("random", 1000, {});
  const auto expected = taylor<double, double>(data, "50");
  run_row<double>(*find("taylor_exp"), data, 7, {{"terms", "50"}});
  EXPECT_TRUE(same_bits(data, expected));
}

TEST(TaylorExp, RefusesNoTermsAndTooMany) {
  for (const char* terms : {"0", "-3", "1000001", "many"})
    EXPECT_EQ(test::errc_of([&] { taylor<double, double>({1}, terms); }), Errc::usage) << terms;
}

}  // namespace
}  // namespace shmkit::kernel

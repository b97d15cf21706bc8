#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "helpers/error_of.hpp"
#include "kernels/run_kernel.hpp"
#include "kernels/samples.hpp"

// The oracle: a search of every element among the edges; counts and edges from numpy.histogram 1.24.
namespace shmkit::kernel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Histogram {
  std::vector<std::int64_t> counts;
  std::vector<double> edges;

  bool operator==(const Histogram&) const = default;
};

Histogram contents(const Value& value) {
  Histogram histogram;
  for (const Value& count : value.list.at(0).list)
    histogram.counts.push_back(std::get<std::int64_t>(count.scalar));
  for (const Value& edge : value.list.at(1).list) histogram.edges.push_back(std::get<double>(edge.scalar));
  EXPECT_EQ(histogram.counts.size() + 1, histogram.edges.size());
  return histogram;
}

// As a job does it: minmax first, unless the parameters are settled.
template <Element T>
Histogram histogram(std::vector<Stored<T>> data, const Arguments& arguments, std::uint64_t chunks = 1) {
  const Kernel& row = *find("histogram");
  const Kind kind = KindOf<T>::value;
  Params params = params_of(row, arguments, {{kind, kind}, data.size()});
  if (!row.settled(params)) params = row.settle(params, run_reduction<T>(row.first, data, chunks));
  EXPECT_TRUE(row.settled(params));
  const Column column{kind, reinterpret_cast<std::byte*>(data.data())};
  return contents(run_operands(row, {{column, column}, {}, data.size()}, chunks, params).value());
}

std::vector<std::int64_t> count_by_edges(const std::vector<double>& data, const std::vector<double>& edges) {
  std::vector<std::int64_t> counts(edges.size() - 1);
  for (const double x : data) {
    if (!(x >= edges.front() && x <= edges.back())) continue;
    const auto after = std::upper_bound(edges.begin(), edges.end(), x) - edges.begin();
    ++counts[std::min(static_cast<std::size_t>(after) - 1, counts.size() - 1)];
  }
  return counts;
}

const std::vector<double> kTenths{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
const Arguments kUnitRange{{"lo", "0"}, {"hi", "1"}};

TEST(Histogram, IsNumPys) {
  for (const std::uint64_t chunks : {1U, 3U}) {
    EXPECT_EQ(histogram<double>({1, 2, 2, 3, 5, 8, 13}, {{"bins", "5"}}, chunks),
              (Histogram{{4, 1, 1, 0, 1}, {1.0, 3.4, 5.8, 8.2, 10.6, 13.0}}));
    EXPECT_EQ(histogram<double>(kTenths, kUnitRange, chunks),
              (Histogram{{0, 1, 2, 0, 1, 2, 1, 0, 1, 2},
                         {0.0, 0.1, 0.2, 0.30000000000000004, 0.4, 0.5, 0.6000000000000001,
                          0.7000000000000001, 0.8, 0.9, 1.0}}));
    EXPECT_EQ(histogram<double>({1, 1, 1}, {{"bins", "4"}}, chunks),
              (Histogram{{0, 0, 3, 0}, {0.5, 0.75, 1.0, 1.25, 1.5}}));
    EXPECT_EQ(histogram<double>({-1.5, 0, 2.5}, {{"bins", "3"}, {"lo", "-1"}, {"hi", "2"}}, chunks),
              (Histogram{{0, 1, 0}, {-1.0, 0.0, 1.0, 2.0}}));
    EXPECT_EQ(histogram<std::uint8_t>({1, 2, 3, 200}, {{"bins", "4"}}, chunks),
              (Histogram{{3, 0, 0, 1}, {1.0, 50.75, 100.5, 150.25, 200.0}}));
  }
}

TEST(Histogram, OfShorterFloatsHasRoundedEdgesAsNumPy) {
  const std::vector<float> tenths(kTenths.begin(), kTenths.end());
  EXPECT_EQ(
      histogram<float>(tenths, kUnitRange),
      (Histogram{{0, 1, 1, 1, 1, 1, 1, 1, 1, 2},
                 {0.0, 0.10000000149011612, 0.20000000298023224, 0.30000001192092896, 0.4000000059604645, 0.5,
                  0.6000000238418579, 0.699999988079071, 0.800000011920929, 0.8999999761581421, 1.0}}));
  EXPECT_EQ(histogram<float>({0.1F, 0.7F, 0.3F}, {{"bins", "2"}, {"lo", "0.3"}, {"hi", "0.7"}}),
            (Histogram{{1, 1}, {0.30000001192092896, 0.5, 0.699999988079071}}));
  EXPECT_EQ(histogram<float>({0.1F, 0.7F, 0.3F}, {{"bins", "3"}}, 2),
            (Histogram{{1, 1, 1}, {0x1.99999ap-4, 0x1.333334p-2, 0x1p-1, 0x1.666666p-1}}));
  EXPECT_EQ(
      histogram<float16>({float16(1.0F), float16(2.0F), float16(3.0F), float16(200.0F)}, {{"bins", "7"}}),
      (Histogram{{3, 0, 0, 0, 0, 0, 1},
                 {1.0, 29.421875, 57.84375, 86.3125, 114.6875, 143.125, 171.625, 200.0}}));
}

TEST(Histogram, OfNothingHasTheUnitRange) {
  EXPECT_EQ(histogram<double>({}, {{"bins", "2"}}), (Histogram{{0, 0}, {0, 0.5, 1}}));
  EXPECT_EQ(histogram<double>({}, {{"bins", "1"}, {"lo", "-1"}}), (Histogram{{0}, {-1, 1}}));
}

template <class T>
class HistogramOf : public ::testing::Test {};
TYPED_TEST_SUITE(HistogramOf, AllElements);

TYPED_TEST(HistogramOf, PutsElementsWhereTheEdgesSay) {
  using T = TypeParam;
  if constexpr (kIsComplex<T>) {
    EXPECT_FALSE(find("histogram")->accepts({KindOf<T>::value, KindOf<T>::value}));
  } else {
    for (const std::size_t size : {7U, 513U, 3000U}) {
      const auto data = samples<T>(size, size);
      std::vector<double> wide;
      for (const auto x : data) wide.push_back(static_cast<double>(as_wide<T>(x)));
      for (const char* bins : {"1", "3", "100"}) {
        const auto found = histogram<T>(data, {{"bins", bins}}, 5);
        EXPECT_EQ(found.counts, count_by_edges(wide, found.edges)) << size;
        EXPECT_EQ(std::accumulate(found.counts.begin(), found.counts.end(), std::int64_t{0}),
                  static_cast<std::int64_t>(size));
      }
    }
  }
}

// Elements on every edge and beside it, where a quotient alone would be wrong.
TEST(Histogram, IsRightAtEveryEdge) {
  for (const auto& [lo, hi] :
       {std::pair{"0", "1"}, {"-0.1", "0.7"}, {"1e-300", "3e-300"}, {"-1e307", "8e307"}}) {
    for (const char* bins : {"1", "7", "1000", "65537"}) {
      const Arguments arguments{{"bins", bins}, {"lo", lo}, {"hi", hi}};
      const auto edges = histogram<double>({}, arguments).edges;
      std::vector<double> data;
      for (const double edge : edges)
        data.insert(data.end(), {std::nextafter(edge, -kInfinity), edge, std::nextafter(edge, kInfinity)});
      const auto found = histogram<double>(data, arguments, 3);
      EXPECT_EQ(found.edges, edges);
      EXPECT_EQ(found.counts, count_by_edges(data, edges)) << bins << " from " << lo;
    }
  }
}

TEST(Histogram, IsTheSameOnEveryInstructionSet) {
  auto doubles = run_generator<double>("random", 5003, {});
  std::vector<float> floats(doubles.begin(), doubles.end());
  doubles[7] = kNaN;
  floats[9] = std::numeric_limits<float>::infinity();
  const Arguments arguments{{"bins", "37"}, {"lo", "0.1"}, {"hi", "0.9"}};
  std::optional<Histogram> first;
  std::optional<Histogram> first_short;
  for_each_target([&](const char* target) {
    const auto found = histogram<double>(doubles, arguments, 3);
    const auto found_short = histogram<float>(floats, arguments, 3);
    EXPECT_EQ(first.value_or(found), found) << target;
    EXPECT_EQ(first_short.value_or(found_short), found_short) << target;
    first = found;
    first_short = found_short;
  });
}

TEST(Histogram, DoesNotCountWhatIsOutsideOrNaN) {
  EXPECT_EQ(histogram<double>({kNaN, -kNaN, kInfinity, -kInfinity, -1, 2, 0.5},
                              {{"bins", "1"}, {"lo", "0"}, {"hi", "1"}}),
            (Histogram{{1}, {0, 1}}));
  EXPECT_EQ(histogram<double>({-3, 1, 7}, {{"bins", "2"}, {"lo", "0"}}), (Histogram{{1, 1}, {0, 3.5, 7}}));
  EXPECT_EQ(histogram<double>({-3, 1, 7}, {{"bins", "2"}, {"hi", "1"}}), (Histogram{{1, 1}, {-3, -1, 1}}));
}

TEST(Histogram, RefusesRangesThatMakeNoBins) {
  const auto refused = [](const Arguments& arguments, std::vector<double> data = {0.0, 1.0}) {
    const Error error = test::error_of([&] { histogram<double>(data, arguments); });
    EXPECT_EQ(error.errc(), Errc::usage);
    return std::string(error.what());
  };
  EXPECT_NE(refused({}, {0, kNaN}).find("not finite"), std::string::npos);
  EXPECT_NE(refused({}, {0, kInfinity}).find("not finite"), std::string::npos);
  EXPECT_NE(refused({{"lo", "nan"}}).find("not finite"), std::string::npos);
  EXPECT_NE(refused({{"lo", "2"}, {"hi", "1"}}).find("is empty"), std::string::npos);
  EXPECT_NE(refused({{"lo", "2"}}).find("is empty"), std::string::npos);
  EXPECT_NE(refused({}, {-1e308, 1e308}).find("wider"), std::string::npos);
  EXPECT_NE(refused({}, {1, 1 + 0x1p-51}).find("too narrow for 10 bins"), std::string::npos);
  EXPECT_NE(refused({}, {1e300, 1e300}).find("too narrow"), std::string::npos);
  EXPECT_NE(refused({}, {0, 5e-324}).find("too narrow"), std::string::npos);
  for (const char* bins : {"0", "-1", "1048577", "4294967296", "ten", "1.5"}) refused({{"bins", bins}});
  refused({{"lo", "zero"}});
}

}  // namespace
}  // namespace shmkit::kernel

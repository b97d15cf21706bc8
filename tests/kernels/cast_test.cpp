#include <gtest/gtest.h>

#include <shmkit/error.hpp>

#include "kernels/run_map.hpp"

// cast and copy. The oracle: NumPy's astype(), written as C++ literals; convert_test.cpp has all pairs of
// kinds.
namespace shmkit::kernel {
namespace {

std::string refusal(const std::string& dtype) {
  try {
    find("cast")->prepare({{"dtype", dtype}}, {{Kind::float64, Kind::float64}, 1});
  } catch (const Error& error) {
    EXPECT_EQ(error.errc(), Errc::usage);
    EXPECT_FALSE(std::string(error.hint()).empty());
    return error.what();
  }
  return "not refused";
}

TEST(Cast, ConvertsToTheDtypeAskedFor) {
  EXPECT_EQ((run_map<double, std::int8_t>("cast", {1.9, -1.9, 300}, {{"dtype", "int8"}})),
            (std::vector<std::int8_t>{1, -1, 44}));
  EXPECT_EQ((run_map<std::complex<double>, float>("cast", {{0.1, 5}}, {{"dtype", "<f4"}})),
            (std::vector<float>{0.1F}));
  EXPECT_EQ((run_map<std::int64_t, bool>("cast", {0, -3}, {{"dtype", "bool"}})),
            (std::vector<std::uint8_t>{0, 1}));
}

TEST(Cast, RoundsToTheDtypeEvenInPlace) {
  const MapRun run{*find("cast"), {{"dtype", "float16"}}, 1};
  const TestArray x = array_of<double>({0.1, 1 + 0x1p-11 + 0x1p-40, 1e6});
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(elements_of<double>(run.in_place(x, x)),
            (std::vector<double>{0.0999755859375, 1 + 0x1p-10, infinity}));
}

TEST(Cast, RefusesWhatIsNoDtypeToComputeWith) {
  EXPECT_EQ(refusal("S5"), "kernel cast: dtype 'S5' is not one to compute with");
  EXPECT_EQ(refusal("clongdouble"), "kernel cast: dtype 'clongdouble' is not one to compute with");
  EXPECT_EQ(refusal("float7"), "kernel cast: dtype 'float7' is not a usable dtype: unknown");
  EXPECT_EQ(refusal(""), "kernel cast: dtype '' is not a usable dtype: unknown");
}

TEST(Copy, KeepsEveryByte) {
  EXPECT_EQ((run_map<bool, bool>("copy", {0, 1, 255})), (std::vector<std::uint8_t>{0, 1, 255}));
  const auto data = samples<double>(1000, 3);
  EXPECT_TRUE(same_bits(run_map<double, double>("copy", data), data));
}

}  // namespace
}  // namespace shmkit::kernel

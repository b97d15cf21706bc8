#include "kernels/promote.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

// The oracle: tables that NumPy 1.24 printed, one row and one column for every kind from bool to clongdouble.
namespace shmkit::kernel {
namespace {

// NumPy's letters for the kinds, in the order of Kind.
constexpr std::string_view kLetters = "?bBhHiIlLefdgFDG";
constexpr std::size_t kKinds = kLetters.size();

// numpy.result_type(row, column).char
constexpr std::array<std::string_view, kKinds> kResultTypes = {
    "?bBhHiIlLefdgFDG", "bbhhiilldefdgFDG", "BhBhHiIlLefdgFDG", "hhhhiilldffdgFDG",
    "HiHiHiIlLffdgFDG", "iiiiiillddddgDDG", "IlIlIlIlLdddgDDG", "llllllllddddgDDG",
    "LdLdLdLdLdddgDDG", "eeeffddddefdgFDG", "fffffddddffdgFDG", "ddddddddddddgDDG",
    "gggggggggggggGGG", "FFFFFDDDDFFDGFDG", "DDDDDDDDDDDDGDDG", "GGGGGGGGGGGGGGGG"};

// numpy.can_cast(row, column, "same_kind")
constexpr std::array<std::string_view, kKinds> kCanCast = {
    "XXXXXXXXXXXXXXXX", ".X.X.X.X.XXXXXXX", ".XXXXXXXXXXXXXXX", ".X.X.X.X.XXXXXXX",
    ".XXXXXXXXXXXXXXX", ".X.X.X.X.XXXXXXX", ".XXXXXXXXXXXXXXX", ".X.X.X.X.XXXXXXX",
    ".XXXXXXXXXXXXXXX", ".........XXXXXXX", ".........XXXXXXX", ".........XXXXXXX",
    ".........XXXXXXX", ".............XXX", ".............XXX", ".............XXX"};

Kind kind_at(std::size_t i) { return static_cast<Kind>(i); }

TEST(Promote, GivesTheKindThatNumPyGives) {
  for (std::size_t a = 0; a < kKinds; ++a) {
    for (std::size_t b = 0; b < kKinds; ++b) {
      const Kind promoted = promote(kind_at(a), kind_at(b));
      EXPECT_EQ(kLetters.at(static_cast<std::size_t>(promoted)), kResultTypes[a][b])
          << kLetters[a] << " with " << kLetters[b];
    }
  }
}

// numpy.sqrt(numpy.ones(1, dtype)).dtype.char
TEST(Inexact, GivesTheKindThatNumPyComputesRootsIn) {
  constexpr std::string_view kRoots = "eeeffddddefdgFDG";
  for (std::size_t i = 0; i < kKinds; ++i) {
    EXPECT_EQ(kLetters.at(static_cast<std::size_t>(inexact(kind_at(i)))), kRoots[i]) << kLetters[i];
  }
}

TEST(CanWrite, AllowsWhatNumPyCallsTheSameKind) {
  for (std::size_t from = 0; from < kKinds; ++from) {
    for (std::size_t to = 0; to < kKinds; ++to) {
      EXPECT_EQ(can_write(kind_at(from), kind_at(to)), kCanCast[from][to] == 'X')
          << kLetters[from] << " into " << kLetters[to];
    }
  }
}

}  // namespace
}  // namespace shmkit::kernel

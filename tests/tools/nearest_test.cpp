#include "format/nearest.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace shmkit::tool {
namespace {

// The oracle: distances counted by hand.

const std::vector<std::string> kCommands = {"create", "attach", "delete", "list", "info", "import", "export"};

TEST(Nearest, UndoesEachKindOfSingleMistake) {
  EXPECT_EQ(nearest("crate", kCommands), "create");   // a character is missing
  EXPECT_EQ(nearest("infoo", kCommands), "info");     // one too many
  EXPECT_EQ(nearest("inpo", kCommands), "info");      // a wrong one
  EXPECT_EQ(nearest("dleete", kCommands), "delete");  // two neighbours swapped
  EXPECT_EQ(nearest("attach", kCommands), "attach");  // none
  EXPECT_EQ(nearest("ilst", kCommands), "list");
}

TEST(Nearest, CountsASwapOfNeighboursAsOne) {
  const std::vector<std::string> words = {"abdcxy", "abcdvv"};
  EXPECT_EQ(nearest("abcdxy", words), "abdcxy");
}

TEST(Nearest, PrefersTheFirstOfEquals) {
  EXPECT_EQ(nearest("mport", std::vector<std::string>{"xport", "import", "mpore"}), "xport");
}

TEST(Nearest, AllowsAThirdOfTheLongerWordAndNoMore) {
  EXPECT_EQ(nearest("abcxyf", std::vector<std::string>{"abcdef"}), "abcdef");
  EXPECT_EQ(nearest("abxyzf", std::vector<std::string>{"abcdef"}), std::nullopt);
}

TEST(Nearest, SaysNothingWhereNothingIsAlike) {
  EXPECT_EQ(nearest("frobnicate", kCommands), std::nullopt);
  EXPECT_EQ(nearest("a", std::vector<std::string>{"b"}), std::nullopt);
  EXPECT_EQ(nearest("", std::vector<std::string>{"b"}), std::nullopt);
  EXPECT_EQ(nearest("list", {}), std::nullopt);
}

}  // namespace
}  // namespace shmkit::tool

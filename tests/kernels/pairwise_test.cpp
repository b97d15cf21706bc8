#include <gtest/gtest.h>

#include <string>

#include "kernels/pairwise.hpp"

// The oracle: for an operation that writes down what it merges, the tree by hand.
namespace shmkit::kernel {
namespace {

struct Parenthesise {
  std::string operator()(const std::string& a, const std::string& b) const { return "(" + a + b + ")"; }
};

std::string tree(const std::string& leaves) {
  Pairwise<std::string, Parenthesise> pairwise;
  for (const char leaf : leaves) pairwise.add(std::string(1, leaf));
  return pairwise.total();
}

TEST(Pairwise, MergesNeighboursFirstAndKeepsTheOrder) {
  EXPECT_EQ(tree("a"), "a");
  EXPECT_EQ(tree("ab"), "(ab)");
  EXPECT_EQ(tree("abc"), "((ab)c)");
  EXPECT_EQ(tree("abcd"), "((ab)(cd))");
  EXPECT_EQ(tree("abcde"), "(((ab)(cd))e)");
  EXPECT_EQ(tree("abcdefg"), "(((ab)(cd))((ef)g))");
}

}  // namespace
}  // namespace shmkit::kernel

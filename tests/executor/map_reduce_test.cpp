#include <shmkit/executor.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <list>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "executor/both_executors.hpp"

namespace shmkit {
namespace {

using test::ExecutorTest;
using test::twice;

// map, starmap and reduce. The oracle is the same call in a loop here, and for the shape of the tree a text.
TYPED_TEST_SUITE(ExecutorTest, test::Executors, test::ExecutorNames);

TYPED_TEST(ExecutorTest, MapsInOrder) {
  TypeParam pool(3);
  for (const int size : {0, 1, 2, 9, 127, 128, 129, 1000, 100'000})
    EXPECT_EQ(pool.map(test::kSquare, test::numbers(size)), test::squares(size)) << size;
  const auto indices = pool.map([](std::size_t i) { return 2 * i; }, 300);
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(indices[i], 2 * i);
  const std::list<int> numbers{3, 1, 2};
  EXPECT_EQ(pool.map(twice, numbers), (std::vector<int>{6, 2, 4}));
}

// A range of answers to questions that are asked on the way.
struct Answers {
  struct Iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    Executor* pool = nullptr;
    int at = 0;
    int operator*() const { return pool->submit(twice, at).get(); }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    void operator++(int) { ++at; }
    bool operator==(const Iterator& other) const { return at == other.at; }
  };
  Executor* pool;
  int count;
  Iterator begin() const { return {pool, 0}; }
  Iterator end() const { return {pool, count}; }
  std::size_t size() const { return static_cast<std::size_t>(count); }
};

TYPED_TEST(ExecutorTest, MapsWhatItComputesMeanwhile) {
  TypeParam pool(2);
  const auto values = pool.map(twice, Answers{&pool, 500});
  for (int i = 0; i < 500; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], 4 * i);
}

TYPED_TEST(ExecutorTest, MapsToBools) {
  TypeParam pool(2);
  const std::vector<bool> odd = pool.map([](int i) { return i % 2 == 1; }, test::numbers(300));
  for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(odd[i], i % 2 == 1);
  EXPECT_EQ(pool.map([](bool b) { return !b; }, odd).size(), 300U);
}

TYPED_TEST(ExecutorTest, MapsTuples) {
  TypeParam pool(2);
  std::vector<std::tuple<int, double, char>> tuples;
  for (int i = 0; i < 500; ++i) tuples.emplace_back(i, i / 2.0, 'a');
  const auto sums = pool.starmap([](int a, double b, char c) { return a + b + c; }, tuples);
  ASSERT_EQ(sums.size(), tuples.size());
  for (int i = 0; i < 500; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], i + i / 2.0 + 'a');
  EXPECT_EQ(pool.starmap(twice, std::vector<std::tuple<int>>{{4}, {5}}), (std::vector<int>{8, 10}));
}

TYPED_TEST(ExecutorTest, ThrowsWhatTheFirstOfAMapThrew) {
  TypeParam pool(3);
  const auto some_throw = [](int i) {
    if (i == 700) ::usleep(20'000);  // Others fail earlier, but come later.
    if (i >= 700 && i % 7 == 0) throw std::runtime_error(std::to_string(i));
    return i;
  };
  for (int round = 0; round < 5; ++round) {
    try {
      pool.map(some_throw, test::numbers(200'000));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const RemoteError& e) {
      EXPECT_STREQ(e.what(), "700");
    }
  }
  EXPECT_EQ(pool.map(twice, std::vector<int>{1}), std::vector<int>{2});
}

// The shape of the tree, written by hand for a few sizes: an operation that keeps the parentheses.
struct Text {
  std::array<char, 96> text;
};
Text text_of(const std::string& from) {
  Text text{};
  std::ranges::copy(from, text.text.begin());
  return text;
}
constexpr auto kLetter = [](std::size_t i) {
  Text text{};
  text.text[0] = static_cast<char>('a' + i);
  return text;
};
constexpr auto kPair = [](const Text& a, const Text& b) {
  Text text{};
  auto* at = text.text.data();
  *at++ = '(';
  for (const char* c = a.text.data(); *c != 0; ++c) *at++ = *c;
  for (const char* c = b.text.data(); *c != 0; ++c) *at++ = *c;
  *at = ')';
  return text;
};

TYPED_TEST(ExecutorTest, ReducesAsABalancedTree) {
  TypeParam pool(3);
  const auto tree = [&](std::size_t size) -> std::string {
    return pool.reduce(kLetter, size, text_of("0"), kPair).text.data();
  };
  EXPECT_EQ(tree(0), "0");
  EXPECT_EQ(tree(1), "(0a)");
  EXPECT_EQ(tree(2), "(0(ab))");
  EXPECT_EQ(tree(3), "(0((ab)c))");
  EXPECT_EQ(tree(5), "(0(((ab)(cd))e))");
  EXPECT_EQ(tree(7), "(0(((ab)(cd))((ef)g)))");
}

constexpr auto kInverse = [](std::size_t i) { return 1.0F / static_cast<float>(i + 1); };

// The same tree from above: the left half has as many leaves as fit into a power of two.
float sum_of_tree(std::size_t begin, std::size_t size) {
  if (size == 1) return kInverse(begin);
  const std::size_t left = std::bit_floor(size - 1);
  return sum_of_tree(begin, left) + sum_of_tree(begin + left, size - left);
}

// Addition of floats depends on the order: equal bits say that the tree is the same, with blocks and without.
TYPED_TEST(ExecutorTest, ReducesToTheSameBitsForAnyNumberOfWorkers) {
  for (const unsigned workers : {1U, 2U, 5U}) {
    TypeParam pool(workers);
    for (const std::size_t size : {1000U, 2048U, 5000U, 100'003U})
      EXPECT_EQ(pool.reduce(kInverse, size, 1.0F, std::plus<float>()), 1.0F + sum_of_tree(0, size))
          << workers;
  }
}

TYPED_TEST(ExecutorTest, ReducesARange) {
  TypeParam pool(2);
  const std::vector<int> numbers{3, 1, 4, 1, 5};
  EXPECT_EQ(pool.reduce(twice, numbers, 100, [](int a, int b) { return a + b; }), 128);
  EXPECT_EQ(test::error_of([&] {
              pool.reduce([](int i) { return i == 4 ? throw std::runtime_error("four") : i; }, numbers, 0,
                          [](int a, int b) { return a + b; });
            }).what(),
            std::string("four"));
}

}  // namespace
}  // namespace shmkit

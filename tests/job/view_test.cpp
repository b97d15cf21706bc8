#include "job/view.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include <shmkit/error.hpp>

// The oracle: indices computed by hand from the extents, as NumPy's basic indexing defines them.
namespace shmkit::job {
namespace {

std::vector<int> numbers(std::size_t count) {
  std::vector<int> values(count);
  std::iota(values.begin(), values.end(), 0);
  return values;
}

std::vector<int> gathered(const View& view, const std::vector<int>& array, Range range) {
  std::vector<int> out(range.count);
  gather(view, range, sizeof(int), reinterpret_cast<const std::byte*>(array.data()),
         reinterpret_cast<std::byte*>(out.data()));
  return out;
}

// x[1:3, ::-2] of a 4 x 5 array.
View picked() { return view_of({9, Shape{2, 3}, {5, -2}}, 20); }

TEST(View, GathersWhatItSelectsInCOrder) {
  const auto array = numbers(20);
  EXPECT_EQ(gathered(picked(), array, {0, 6}), (std::vector{9, 7, 5, 14, 12, 10}));
  EXPECT_EQ(gathered(picked(), array, {2, 3}), (std::vector{5, 14, 12}));
  EXPECT_EQ(gathered(whole(Shape{4, 5}), array, {3, 9}), (std::vector{3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(gathered(whole(Shape{}), array, {0, 1}), (std::vector{0}));
  EXPECT_EQ(gathered(picked(), array, {0, 0}), std::vector<int>{});
}

TEST(View, ScattersToWhereItGathered) {
  std::vector<int> array(20, -1);
  const std::vector values{1, 2, 3, 4, 5, 6};
  scatter(picked(), {0, 6}, sizeof(int), reinterpret_cast<std::byte*>(array.data()),
          reinterpret_cast<const std::byte*>(values.data()));
  EXPECT_EQ(gathered(picked(), array, {0, 6}), values);
  EXPECT_EQ(std::ranges::count(array, -1), 14);
}

TEST(View, KnowsWhetherItsElementsFollowOneAnother) {
  EXPECT_TRUE(whole(Shape{4, 5}).contiguous());
  EXPECT_TRUE(view_of({5, Shape{2, 5}, {5, 1}}, 20).contiguous());
  EXPECT_TRUE(view_of({5, Shape{1, 3}, {77, 1}}, 20).contiguous()) << "an axis of one element";
  EXPECT_TRUE(whole(Shape{0, 5}).contiguous());
  EXPECT_FALSE(view_of({0, Shape{4, 2}, {5, 1}}, 20).contiguous());
  EXPECT_FALSE(picked().contiguous());
}

TEST(View, NeverReachesBeyondItsArray) {
  const auto refused = [](const Window& window) {
    try {
      view_of(window, 20);
    } catch (const Error& e) {
      return e.errc() == Errc::usage;
    }
    return false;
  };
  EXPECT_TRUE(refused({1, Shape{4, 5}, {5, 1}}));
  EXPECT_TRUE(refused({-1, Shape{2}, {1}}));
  EXPECT_TRUE(refused({3, Shape{3}, {-2}}));
  EXPECT_TRUE(refused({0, Shape{2, 2}, {1}})) << "a stride is missing";
  EXPECT_TRUE(refused({0, Shape{2}, {std::int64_t{1} << 62U}}));
  EXPECT_TRUE(refused({0, Shape{21}, {0}})) << "more elements than there are";
  EXPECT_FALSE(refused({19, Shape{20}, {-1}}));
  EXPECT_FALSE(refused({25, Shape{0}, {1}})) << "no element lies anywhere";
}

TEST(View, LosesAnAxisAndGetsItBack) {
  View view = whole(Shape{2, 3, 4});
  const Lane lane = take_axis(view, 1);
  EXPECT_EQ(lane.count, 3U);
  EXPECT_EQ(lane.stride, 4);
  EXPECT_EQ(view.size(), 8U);
  EXPECT_EQ(view.position(5), 13);  // (1, 1) of the axes that are left.
  ASSERT_TRUE(add_axis(view, lane));
  EXPECT_TRUE(fits(view, 24));
  EXPECT_FALSE(fits(view, 23));
}

}  // namespace
}  // namespace shmkit::job

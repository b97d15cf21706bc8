#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <shmkit/map.hpp>

#include "helpers/error_of.hpp"

namespace shmkit {
namespace {

std::vector<std::string> texts(const MapItems& items) {
  std::vector<std::string> all;
  for (std::uint64_t i = 0; i < items.size(); ++i) all.push_back(items.at(i).text);
  return all;
}

using Texts = std::vector<std::string>;

TEST(MapItems, EveryLineIsAnItemAlsoAnEmptyOne) {
  EXPECT_EQ(texts(MapItems::lines("")), Texts{});
  EXPECT_EQ(texts(MapItems::lines("\n")), Texts{""});
  EXPECT_EQ(texts(MapItems::lines("a b\n\n c\n")), (Texts{"a b", "", " c"}));
  EXPECT_EQ(texts(MapItems::lines("a\nb")), (Texts{"a", "b"}));
  EXPECT_FALSE(MapItems::lines("a").are_chunks());
}

TEST(MapItems, NullCharactersEndLinesWhereAskedFor) {
  EXPECT_EQ(texts(MapItems::lines(std::string("a\nb\0c\0", 6), '\0')), (Texts{"a\nb", "c"}));
  const Error error = test::error_of([] { MapItems::lines(std::string("a\nb\0c\n", 6)); });
  EXPECT_EQ(error.errc(), Errc::usage);
  EXPECT_STREQ(error.what(), "line 2 has a null character, which no command can be given");
}

// The oracle is the loop that the header describes, which does not know how many there will be.
TEST(MapItems, ARangeGoesAsFarAsALoopWould) {
  for (std::int64_t begin = -4; begin <= 4; ++begin) {
    for (std::int64_t end = -4; end <= 4; ++end) {
      for (const std::int64_t step : {-3, -2, -1, 1, 2, 3, 100}) {
        Texts expected;
        for (std::int64_t i = begin; step > 0 ? i < end : i > end; i += step)
          expected.push_back(std::to_string(i));
        EXPECT_EQ(texts(MapItems::range(begin, end, step)), expected) << begin << ':' << end << ':' << step;
      }
    }
  }
}

TEST(MapItems, ARangeMayReachTheEndsOfTheNumbers) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(texts(MapItems::range(kMost - 2, kMost)), (Texts{"9223372036854775805", "9223372036854775806"}));
  EXPECT_EQ(texts(MapItems::range(kLeast, kMost, kMost)),
            (Texts{"-9223372036854775808", "-1", "9223372036854775806"}));
  EXPECT_EQ(texts(MapItems::range(kMost, kLeast, kLeast)), (Texts{"9223372036854775807", "-1"}));
}

TEST(MapItems, WhatHasNoEndOrIsTooMuchIsRefused) {
  EXPECT_EQ(test::errc_of([] { MapItems::range(0, 10, 0); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { MapItems::range(0, std::int64_t{1} << 40); }), Errc::usage);
  EXPECT_EQ(test::errc_of([] { MapItems::chunks(std::uint64_t{1} << 40U, std::uint64_t{1} << 30U); }),
            Errc::usage);
}

TEST(MapItems, ChunksCoverAllElementsOnce) {
  for (const std::uint64_t elements : {0U, 1U, 7U, 100U, 1000U}) {
    for (const std::uint64_t chunks : {1U, 3U, 7U, 64U}) {
      const MapItems items = MapItems::chunks(elements, chunks);
      EXPECT_EQ(items.size(), std::min(elements, chunks));
      EXPECT_TRUE(items.are_chunks());
      std::uint64_t next = 0;
      for (std::uint64_t i = 0; i < items.size(); ++i) {
        const MapItem item = items.at(i);
        EXPECT_EQ(item.begin, next);
        EXPECT_LT(item.begin, item.end);
        EXPECT_EQ(item.text, std::to_string(item.begin) + ":" + std::to_string(item.end));
        next = item.end;
      }
      EXPECT_EQ(next, elements);
    }
  }
}

}  // namespace
}  // namespace shmkit

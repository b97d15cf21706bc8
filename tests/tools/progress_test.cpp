#include "format/progress.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "format/utf8.hpp"

namespace shmkit::tool {
namespace {

// The oracle: lines written out by hand, 79 columns where the bar has not its full length; for the drawing,
// what arrives on stderr.

constexpr std::uint64_t kGiB = 1ULL << 30U;

TEST(ProgressLine, ShowsPercentBarAmountRateAndTimeLeft) {
  EXPECT_EQ(progress_line("sum", Amount::items, {250, 1000, 5.0}),
            "sum  25% [########---------------------------]  250/1000  50.00/s  15.00 s left");
  EXPECT_EQ(progress_line("copy", Amount::bytes, {kGiB, 2 * kGiB, 4.0}),
            "copy  50% [##########-----------]  1.00 GiB/2.00 GiB  256.00 MiB/s  4.00 s left");
}

TEST(ProgressLine, ShowsNoRateBeforeTheFirstItem) {
  EXPECT_EQ(progress_line("sum", Amount::items, {0, 8, 1.0}),
            "sum   0% [----------------------------------------]  0/8");
}

TEST(ProgressLine, ShowsNoTimeLeftAtTheEnd) {
  EXPECT_EQ(progress_line("sum", Amount::items, {8, 8, 2.0}),
            "sum 100% [########################################]  8/8  4.00/s");
}

TEST(ProgressLine, SaysHundredPercentOnlyWhenDone) {
  EXPECT_NE(progress_line("x", Amount::items, {99999, 100000, 1.0}).find(" 99% "), std::string::npos);
}

TEST(ProgressLine, DoesWithoutATotal) {
  EXPECT_EQ(progress_line("read", Amount::items, {30, 0, 2.0}), "read  30  15.00/s");
}

TEST(ProgressLine, StopsAtFullWhenMoreIsDoneThanThereWas) {
  EXPECT_EQ(progress_line("x", Amount::items, {9, 8, 3.0}),
            "x 100% [########################################]  9/8  3.00/s");
}

TEST(ProgressLine, FitsIntoEightyColumns) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  const std::vector<Progress> extremes = {{0, 0, 0},        {1, 0, 1e-9},          {kMost, 0, 1e-9},
                                          {0, kMost, 1},    {1, kMost, 1e9},       {kMost / 3, kMost, 1e9},
                                          {1, kMost, 1e-9}, {kMost / 3, kMost, 1}, {kMost / 3, kMost, 1e-9}};
  for (const std::size_t length : {0U, 1U, 20U, 60U, 200U}) {
    for (const Progress& progress : extremes) {
      for (const Amount amount : {Amount::items, Amount::bytes}) {
        const std::string line = progress_line(std::string(length, 'x'), amount, progress);
        EXPECT_LE(line.size(), 79U) << line;
      }
    }
  }
}

TEST(ProgressLine, CutsALabelBetweenCharacters) {
  std::string label;
  for (int i = 0; i < 100; ++i) label += "\xC3\xA9";
  const std::string line = progress_line(label, Amount::items, {1, 2, 1.0});
  EXPECT_EQ(character_count(line), 79U);
  EXPECT_EQ(escape_invalid_utf8(line), line);
}

TEST(ProgressBar, WritesNothingUnlessEnabled) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar("sum", false);
    bar.update(1, 2);
    bar.finish();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ProgressBar, DrawsAtMostEveryFiftyMilliseconds) {
  testing::internal::CaptureStderr();
  const auto start = std::chrono::steady_clock::now();
  ProgressBar bar("sum", true);
  bar.update(0, 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  for (std::uint64_t done = 1; done <= 1000; ++done) bar.update(done, 1000);
  const auto most = (std::chrono::steady_clock::now() - start) / std::chrono::milliseconds(50) + 1;
  const std::string output = testing::internal::GetCapturedStderr();
  const auto draws = std::ranges::count(output, '\r');
  EXPECT_GE(draws, 2);
  EXPECT_LE(draws, most);
}

TEST(ProgressBar, ClearsTheLineOnceAtTheEnd) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar("sum", true);
    bar.update(1, 2);
    bar.finish();
    bar.finish();
  }
  const std::string output = testing::internal::GetCapturedStderr();
  const std::string cleared = "\r" + std::string(79, ' ') + "\r";
  ASSERT_EQ(output.size(), 1 + 79 + cleared.size());
  EXPECT_EQ(output.substr(80), cleared);
}

TEST(ProgressBar, OverwritesALongerLineFully) {
  testing::internal::CaptureStderr();
  ProgressBar bar("sum", true);
  bar.update(1, 2);
  const std::string output = testing::internal::GetCapturedStderr();
  EXPECT_EQ(output.size(), 80U);
  EXPECT_EQ(output.substr(0, 5), "\rsum ");
}

}  // namespace
}  // namespace shmkit::tool

#include "os/lifeline.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "helpers/child.hpp"

namespace shmkit::os {
namespace {

using namespace std::chrono_literals;

int hold_for_ever(Lifeline& line) {
  line.hold();
  while (true) ::pause();
}

// The oracle are processes whose end the test has seen itself.
TEST(Lifeline, EndsWithTheLastOfTheFamily) {
  Lifeline line;
  test::ChildProcess first([&] { return hold_for_ever(line); });
  test::ChildProcess second([&] { return hold_for_ever(line); });
  line.watch();
  EXPECT_FALSE(line.all_gone(20ms));
  first.send(SIGKILL);
  first.wait();
  EXPECT_FALSE(line.all_gone(20ms)) << "one of them lives";
  second.send(SIGKILL);
  second.wait();
  EXPECT_TRUE(line.all_gone(0ms));
  EXPECT_TRUE(line.all_gone(0ms)) << "it stays so";
}

TEST(Lifeline, WakesWhoWaitsForTheEnd) {
  Lifeline line;
  test::ChildProcess child([&] {
    line.hold();
    ::usleep(20'000);
    return 0;
  });
  line.watch();
  EXPECT_TRUE(line.all_gone(60s));
}

}  // namespace
}  // namespace shmkit::os

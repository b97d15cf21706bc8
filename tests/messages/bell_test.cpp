#include "messages/bell.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "messages/queue_fixture.hpp"

namespace shmkit::messages {
namespace {

using namespace std::chrono_literals;

// The oracle is the word: a ring is heard by those that listened before it, whoever they are, and only then.
TEST(Bell, IsHeardByWhoListenedBefore) {
  std::atomic<std::uint32_t> word{0};
  Bell bell(word);
  bell.ring_one();
  EXPECT_EQ(word, 0U) << "nobody listens: nothing to do";
  const std::uint32_t first = bell.listen();
  EXPECT_EQ(bell.listen(), first) << "another one at the same time";
  EXPECT_TRUE(bell.is_listened_to());
  bell.ring_one();
  EXPECT_NE(word, first);
  EXPECT_FALSE(bell.is_listened_to());
  EXPECT_NE(bell.listen(), first) << "who listens now waits for the next one";
}

TEST(Bell, CountsOnAfterItsLastNumber) {
  std::atomic<std::uint32_t> word{0xFFFFFFFE};
  Bell bell(word);
  const std::uint32_t listened = bell.listen();
  bell.ring_all();
  EXPECT_EQ(word, 0U);
  EXPECT_NE(word, listened);
}

// A sleeper for an hour: only a ring ends it, and the watchdog if there is none.
struct BellSleep : test::ProcessTest {};

TEST_F(BellSleep, EndsWithARing) {
  for (int i = 0; i < 100; ++i) {
    test::SharedPage<std::atomic<std::uint32_t>> word;
    test::SharedPage<std::atomic<int>> message;
    std::thread sleeper([&] {
      Bell bell(*word);
      for (;;) {
        const std::uint32_t listened = bell.listen();
        if (*message != 0) return;
        bell.sleep(listened, 1h);
      }
    });
    if (i % 2 == 0) std::this_thread::sleep_for(1ms);
    *message = 1;
    Bell(*word).ring_one();
    sleeper.join();
  }
}

TEST_F(BellSleep, EndsForAllIfItRingsForAll) {
  test::SharedPage<std::atomic<std::uint32_t>> word;
  test::SharedPage<std::atomic<int>> listening;
  test::SharedPage<std::atomic<int>> message;
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 4; ++i) {
    sleepers.emplace_back([&] {
      Bell bell(*word);
      const std::uint32_t listened = bell.listen();
      ++*listening;
      while (*message == 0) bell.sleep(listened, 1h);
    });
  }
  EXPECT_TRUE(test::wait_until([&] { return *listening == 4; }));
  *message = 1;
  Bell(*word).ring_all();
  for (auto& sleeper : sleepers) sleeper.join();
}

}  // namespace
}  // namespace shmkit::messages

#include "messages/exchange.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "helpers/error_of.hpp"
#include "messages/fault_point.hpp"
#include "messages/plain_queue.hpp"

namespace shmkit::messages {
namespace {

using test::bytes;
using test::errc_of;
using test::PlainQueue;
using test::text;

constexpr MessageQueueOptions kSmall{3, 20, 2, 4, 2, 0};  // 3 of each of 2 priorities, 4 seats of 2.

// The semantics for one thread, step by step; the oracle is the state table of docs/message_queue.md. Places
// begin just below their last one, and at others.
struct ExchangeTest : ::testing::TestWithParam<Place> {
  std::string take(Exchange& from) {
    Exchange::Taken taken;
    if (from.try_take(taken) != QueueStatus::ok) return {};
    last = taken.box;
    return text(*from.message(taken));
  }
  QueueStatus status(Exchange& from) {
    Exchange::Taken taken;
    return from.try_take(taken);
  }
  BoxWord box(std::uint32_t number) const { return unpack_box(queue.memory().box(number).word.load()); }

  PlainQueue queue{kSmall, GetParam()};
  Exchange anna = queue.seat(0);
  Exchange bert = queue.seat(1);
  std::uint32_t last = 0;
};

INSTANTIATE_TEST_SUITE_P(Places, ExchangeTest, ::testing::Values(0, 5, kPlaceMask - 2, kPlaceMask - 17));

TEST_P(ExchangeTest, GivesMessagesInOrder) {
  EXPECT_EQ(status(bert), QueueStatus::empty);
  for (int round = 0; round < 20; ++round) {
    for (const char* word : {"one", "", "three"}) EXPECT_EQ(anna.try_put(bytes(word), 0), QueueStatus::ok);
    EXPECT_EQ(anna.size(), 3U);
    EXPECT_EQ(take(bert), "one");
    bert.acknowledge(last);
    EXPECT_EQ(status(bert), QueueStatus::ok) << "an empty message is one";
    EXPECT_EQ(take(anna), "three");
    anna.acknowledge(last);
    bert.recover(1);  // Which gives the empty one back.
    EXPECT_EQ(status(bert), QueueStatus::ok);
    EXPECT_EQ(status(anna), QueueStatus::empty);
    for (std::uint32_t i = 0; i < queue.memory().geometry().boxes; ++i) {
      if (box(i).state == BoxState::taken) bert.acknowledge(i);
    }
  }
}

TEST_P(ExchangeTest, CountsWhatWaitsAndNotWhatWasTaken) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
  EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::full);
  EXPECT_FALSE(anna.has_room(0));
  EXPECT_TRUE(anna.has_room(1)) << "another priority has room of its own";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(take(bert), "x");
    EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
    EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::full);
  }
}

TEST_P(ExchangeTest, GivesHigherPrioritiesFirst) {
  EXPECT_EQ(anna.try_put(bytes("low 1"), 0), QueueStatus::ok);
  EXPECT_EQ(anna.try_put(bytes("high 1"), 1), QueueStatus::ok);
  EXPECT_EQ(anna.try_put(bytes("low 2"), 0), QueueStatus::ok);
  EXPECT_EQ(anna.try_put(bytes("high 2"), 1), QueueStatus::ok);
  for (const char* expected : {"high 1", "high 2", "low 1", "low 2"}) EXPECT_EQ(take(bert), expected);
}

TEST_P(ExchangeTest, PutsWhatComesBackAtItsOldPlace) {
  for (const char* word : {"1", "2", "3"}) EXPECT_EQ(anna.try_put(bytes(word), 0), QueueStatus::ok);
  EXPECT_EQ(take(bert), "1");
  EXPECT_EQ(take(bert), "2");
  EXPECT_EQ(anna.try_put(bytes("4"), 0), QueueStatus::ok);
  bert.recover(1);
  EXPECT_EQ(anna.size(), 4U);
  EXPECT_EQ(anna.try_put(bytes("5"), 0), QueueStatus::ok) << "what comes back takes no room";
  EXPECT_EQ(anna.try_put(bytes("urgent"), 1), QueueStatus::ok);
  for (const char* expected : {"urgent", "1", "2", "3", "4", "5"}) EXPECT_EQ(take(anna), expected);
}

TEST_P(ExchangeTest, CountsHowOftenAMessageCameBack) {
  EXPECT_EQ(anna.try_put(bytes("x"), 1), QueueStatus::ok);
  for (unsigned returns = 0; returns < 3; ++returns) {
    Exchange::Taken taken;
    ASSERT_EQ(bert.try_take(taken), QueueStatus::ok);
    EXPECT_EQ(bert.message(taken).returns, returns);
    EXPECT_EQ(bert.message(taken).priority, 1U);
    anna.recover(1);
    anna.recover(1);  // Again: nothing more happens.
  }
  EXPECT_EQ(take(anna), "x");
  anna.acknowledge(last);
  EXPECT_EQ(anna.try_put(bytes("y"), 1), QueueStatus::ok);
  Exchange::Taken taken;
  ASSERT_EQ(anna.try_take(taken), QueueStatus::ok);
  EXPECT_EQ(anna.message(taken).returns, 0U);
}

TEST_P(ExchangeTest, IsUnfinishedUntilAllIsAcknowledged) {
  EXPECT_FALSE(anna.is_unfinished());
  EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
  EXPECT_TRUE(anna.is_unfinished());
  EXPECT_EQ(take(bert), "x");
  EXPECT_TRUE(anna.is_unfinished());
  bert.recover(1);
  EXPECT_TRUE(anna.is_unfinished());
  EXPECT_EQ(take(anna), "x");
  anna.acknowledge(last);
  EXPECT_FALSE(anna.is_unfinished());
}

// A task puts another one before it is done, while a joiner looks: the box of the new one was passed, that of
// the old one not yet.
TEST_P(ExchangeTest, IsNotDeceivedByAMessageThatComesBehindItsBack) {
#ifndef SHMKIT_FAULT_POINTS
  GTEST_SKIP() << "built without fault points";
#endif
  static Exchange* worker;
  static std::uint32_t done;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(anna.try_put(bytes("old"), 0), QueueStatus::ok);
  EXPECT_EQ(take(anna), "old");
  ASSERT_EQ(last, 0U);
  anna.acknowledge(0);
  Exchange::Taken taken;
  Exchange again = queue.seat(0);  // Begins at the first box.
  ASSERT_EQ(again.try_take(taken), QueueStatus::ok);
  worker = &again;
  done = taken.box;
  fault_hook = [](FaultPoint point) {
    if (point != FaultPoint::box_looked_at) return;
    fault_hook = nullptr;
    EXPECT_EQ(worker->try_put(bytes("new"), 0), QueueStatus::ok);
    worker->acknowledge(done);
  };
  EXPECT_TRUE(bert.is_unfinished());
  EXPECT_EQ(fault_hook, nullptr) << "it did not come to look";
  EXPECT_EQ(box(0).state, BoxState::placed);
  EXPECT_EQ(take(bert), "new");
}

TEST_P(ExchangeTest, RefusesAfterCloseAndGivesWhatWaits) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
  anna.close();
  anna.close();
  EXPECT_EQ(anna.try_put(bytes("y"), 0), QueueStatus::closed);
  EXPECT_EQ(anna.try_put(bytes("y"), 1), QueueStatus::closed);
  EXPECT_EQ(anna.size(), 3U);
  EXPECT_EQ(take(bert), "x");
  EXPECT_EQ(take(anna), "x");
  EXPECT_EQ(take(bert), "x");
  EXPECT_EQ(status(anna), QueueStatus::closed);
  EXPECT_FALSE(anna.is_exhausted()) << "what others have may come back";
  bert.recover(1);
  EXPECT_FALSE(anna.is_exhausted());
  EXPECT_EQ(take(anna), "x");
  EXPECT_EQ(take(anna), "x");
  EXPECT_EQ(status(anna), QueueStatus::closed);
  EXPECT_TRUE(anna.is_exhausted());
  EXPECT_FALSE(bert.is_exhausted());
  EXPECT_TRUE(anna.is_unfinished());
}

// Somebody raised the flag and died.
TEST_P(ExchangeTest, ClosesWhatSomebodyBeganToClose) {
  EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
  queue.memory().door().closed = 1;
  EXPECT_EQ(anna.try_put(bytes("y"), 1), QueueStatus::closed);
  EXPECT_EQ(take(bert), "x");
  EXPECT_EQ(status(bert), QueueStatus::closed);
  queue.memory().door().closed = 0;
  EXPECT_EQ(anna.try_put(bytes("y"), 0), QueueStatus::closed) << "the lane says it too";
  EXPECT_EQ(anna.try_put(bytes("y"), 1), QueueStatus::closed);
}

TEST_P(ExchangeTest, AcknowledgesOnlyWhatItHas) {
  EXPECT_EQ(anna.try_put(bytes("x"), 0), QueueStatus::ok);
  EXPECT_EQ(take(bert), "x");
  EXPECT_EQ(errc_of([&] { anna.acknowledge(last); }), Errc::not_an_array);
  bert.acknowledge(last);
  EXPECT_EQ(errc_of([&] { bert.acknowledge(last); }), Errc::not_an_array);
}

// Many random steps of four seats, against std::deque. A recovery puts everything back where it was.
TEST_P(ExchangeTest, DoesWhatTwoDequesDo) {
  struct Held {
    std::string word;
    std::uint32_t box;
    unsigned lane;
    int number;
  };
  struct Entry {
    int number;
    std::string word;
  };
  std::array<std::deque<Entry>, 2> waiting;
  std::array<std::size_t, 2> returned{};
  std::array<std::vector<Held>, 4> held;
  std::deque<Exchange> seats;
  for (std::uint32_t seat = 0; seat < 4; ++seat) seats.emplace_back(queue.memory(), seat);
  std::minstd_rand random(static_cast<unsigned>(GetParam()) + 1);
  int number = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto who = random() % 4;
    Exchange& me = seats[who];
    const unsigned lane = random() % 2;
    const auto what = random() % 8;
    if (what < 4) {
      const Entry entry{number++, std::string(random() % 20, static_cast<char>('a' + number % 26))};
      std::size_t used = waiting[0].size() + waiting[1].size();
      for (const auto& each : held) used += each.size();
      // Where deaths have left more behind than there are boxes, there is no room either.
      const bool room = waiting[lane].size() - returned[lane] < 3 && used < queue.memory().geometry().boxes;
      ASSERT_EQ(me.try_put(bytes(entry.word), lane), room ? QueueStatus::ok : QueueStatus::full) << step;
      if (room) waiting[lane].push_back(entry);
    } else if (what < 6 && held[who].size() < 2) {
      const unsigned first = waiting[1].empty() ? 0 : 1;
      Exchange::Taken taken;
      const QueueStatus status = me.try_take(taken);
      ASSERT_EQ(status, waiting[first].empty() ? QueueStatus::empty : QueueStatus::ok) << step;
      if (status != QueueStatus::ok) continue;
      ASSERT_EQ(taken.lane, first);
      ASSERT_EQ(text(*me.message(taken)), waiting[first].front().word) << step;
      held[who].push_back({waiting[first].front().word, taken.box, first, waiting[first].front().number});
      waiting[first].pop_front();
      if (returned[first] > 0) --returned[first];
    } else if (what == 6 && !held[who].empty()) {
      me.acknowledge(held[who].front().box);
      held[who].erase(held[who].begin());
    } else if (what == 7 && random() % 4 == 0) {
      seats[(who + 1) % 4].recover(static_cast<std::uint32_t>(who));
      for (const Held& each : held[who]) {
        auto& lane_of = waiting[each.lane];
        const auto at = std::ranges::find_if(lane_of, [&](const Entry& e) { return e.number > each.number; });
        lane_of.insert(at, {each.number, each.word});
        ++returned[each.lane];
      }
      held[who].clear();
    }
    ASSERT_EQ(me.size(), waiting[0].size() + waiting[1].size()) << step;
  }
}

}  // namespace
}  // namespace shmkit::messages

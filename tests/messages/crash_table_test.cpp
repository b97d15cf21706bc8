#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "messages/doomed.hpp"
#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"

// The rows of the crash table of docs/message_queue.md, with real processes that die by SIGKILL at the step.
// The oracle is the row, seen through a handle that lives: what is in the queue, in which order, and that in
// the end every box is FREE and every other seat VACANT.
namespace shmkit {
namespace {

using namespace std::chrono_literals;
using enum messages::FaultPoint;
using messages::FaultPoint;
using test::bytes;
using test::ChildProcess;
using test::dies_at;
using test::text;

constexpr MessageQueueOptions kOptions{8, 16, 2, 4, 3, 0};

struct MessageCrashTable : test::QueueTest {
  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    QueueTest::SetUp();
    queue.emplace(MessageQueue::create(queue_name(), kOptions));
  }

  void TearDown() override {
    if (!queue) return;  // Skipped.
    expect_nothing_held();
    queue.reset();
    QueueTest::TearDown();
  }

  static MessageQueue another() { return MessageQueue::open(queue_name()); }
  void put(std::initializer_list<const char*> words) {
    for (const char* word : words) EXPECT_EQ(queue->put(bytes(word)), QueueStatus::ok);
  }

  // Takes and acknowledges all there is, after what the dead had came back.
  void expect_all(const std::vector<std::string>& words) {
    another();  // Who takes a seat looks after the dead.
    for (const std::string& word : words) {
      const auto message = queue->get(5s);
      ASSERT_TRUE(message) << "not " << word;
      EXPECT_EQ(text(*message), word);
      queue->task_done();
    }
    EXPECT_FALSE(queue->get(0ms)) << "more than that";
    EXPECT_TRUE(queue->join(5s));
  }

  struct Mapped {
    messages::Segment segment = messages::open_segment(queue_name());
    messages::QueueMemory memory{segment.mapping.data(), messages::Geometry(segment.options)};
  };

  static int seats_taken() {
    const Mapped mapped;
    int taken = 0;
    for (std::uint32_t seat = 0; seat < kOptions.participants; ++seat)
      taken += mapped.memory.seat(seat).load() != 0 ? 1 : 0;
    return taken;
  }

  static void expect_nothing_held() {
    another();  // Recovers whoever is dead.
    const Mapped mapped;
    for (std::uint32_t i = 0; i < mapped.memory.geometry().boxes; ++i)
      EXPECT_EQ(mapped.memory.box(i).word.load(), 0U) << "box " << i << " is not FREE";
    EXPECT_EQ(seats_taken(), 1);
  }

  std::optional<MessageQueue> queue;
};

TEST_F(MessageCrashTable, P1ProducerDiesWithABox) {
  EXPECT_TRUE(dies_at(box_claimed, [] { another().put(bytes("x")); }));
  put({"1"});
  expect_all({"1"});
}

TEST_F(MessageCrashTable, P2ProducerDiesWithItsMessageWritten) {
  EXPECT_TRUE(dies_at(message_written, [] { another().put(bytes("x")); }));
  put({"1"});
  expect_all({"1"});
}

TEST_F(MessageCrashTable, P3ProducerDiesBeforeItsPlaceIsItsOwn) {
  for (int skip = 0; skip < 3; ++skip) {
    EXPECT_TRUE(dies_at(
        place_chosen,
        [] {
          MessageQueue own = another();
          for (const char* word : {"1", "2", "x"}) own.put(bytes(word));
        },
        skip));
    put({"last"});
    std::vector<std::string> expected{"1", "2"};
    expected.resize(static_cast<std::size_t>(skip));
    expected.push_back("last");
    expect_all(expected);
  }
}

// The cell is what counts, though its tail was never told.
TEST_F(MessageCrashTable, P4ProducerDiesWithItsMessageInTheQueue) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(dies_at(message_queued, [] { another().put(bytes("x")); }));
    put({"1"});
    expect_all({"x", "1"});
  }
}

TEST_F(MessageCrashTable, P4ManyProducersOfAFullQueueDieOneAfterTheOther) {
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(dies_at(message_queued, [] { another().put(bytes("x")); }));
  EXPECT_EQ(queue->try_put(bytes("1")), QueueStatus::full);
  expect_all(std::vector<std::string>(8, "x"));
}

TEST_F(MessageCrashTable, P5ProducerDiesBeforeItRings) {
  std::thread sleeper([] {
    MessageQueue own = another();
    const auto message = own.get();
    EXPECT_EQ(text(*message), "x");
    own.task_done();
  });
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(dies_at(message_queued, [] { another().put(bytes("x")); }));
  sleeper.join();
  // The tail is told with every eighth place.
  EXPECT_TRUE(dies_at(tail_told, [] {
    MessageQueue own = another();
    for (int i = 0; i < 7; ++i) own.put(bytes("y"));
  }));
  expect_all(std::vector<std::string>(7, "y"));
}

// The lane is closed while the message is being written.
TEST_F(MessageCrashTable, P6ProducerDiesWhileItGivesUp) {
  static std::optional<MessageQueue> closer;
  const auto end = test::in_child([] {
    MessageQueue own = another();
    closer.emplace(another());
    messages::fault_hook = [](FaultPoint reached) {
      if (reached == message_written) closer->close();
      if (reached == put_refused) ::kill(::getpid(), SIGKILL);
    };
    own.put(bytes("x"));
    return 0;
  });
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_EQ(queue->put(bytes("1")), QueueStatus::closed);
  EXPECT_EQ(queue->get(5s).status, QueueStatus::closed);
  expect_all({});
}

TEST_F(MessageCrashTable, P7ProducerDiesAsleep) {
  for (int i = 0; i < 8; ++i) put({"1"});
  EXPECT_TRUE(dies_at(room_awaited, [] { another().put(bytes("x")); }));
  expect_all(std::vector<std::string>(8, "1"));
  put({"2"});
  expect_all({"2"});
}

TEST_F(MessageCrashTable, C1ConsumerDiesWithAMessage) {
  for (int skip = 0; skip < 3; ++skip) {
    put({"1", "2", "3", "4"});
    EXPECT_TRUE(dies_at(
        message_taken,
        [] {
          MessageQueue own = another();
          while (own.get()) continue;
        },
        skip));
    expect_all({"1", "2", "3", "4"});
  }
}

TEST_F(MessageCrashTable, C1WhatComesBackSaysSo) {
  put({"x"});
  for (unsigned deaths = 0; deaths < 3; ++deaths) {
    EXPECT_EQ(test::in_child([&] {
                MessageQueue own = another();
                const auto message = own.get();
                if (message.returns == deaths) ::raise(SIGKILL);
                return 1;
              }).signal,
              SIGKILL);
  }
  expect_all({"x"});
}

TEST_F(MessageCrashTable, C2ConsumerDiesWithTheHeadToldAndNoBell) {
  for (int i = 0; i < 8; ++i) put({"1"});
  std::thread sleeper([] { EXPECT_EQ(another().put(bytes("2")), QueueStatus::ok); });
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(dies_at(head_told, [] {
    MessageQueue own = another();
    for (int i = 0; i < 8; ++i) {
      (void)own.get();
      own.task_done();
    }
  }));
  sleeper.join();
  expect_all({"1", "2"});
}

TEST_F(MessageCrashTable, C3ConsumerDiesAfterItsAcknowledgement) {
  put({"1", "2"});
  std::thread joiner([] { EXPECT_TRUE(another().join()); });
  std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(dies_at(
      message_done,
      [] {
        MessageQueue own = another();
        while (own.get()) own.task_done();
      },
      1));
  joiner.join();
  expect_all({});
}

TEST_F(MessageCrashTable, C4ConsumerDiesAsleep) {
  EXPECT_TRUE(dies_at(message_awaited, [] { (void)another().get(); }));
  put({"1"});
  expect_all({"1"});
}

TEST_F(MessageCrashTable, C5ConsumerDiesWhileItClosesForAnother) {
  EXPECT_TRUE(dies_at(close_flagged, [] { another().close(); }));
  EXPECT_TRUE(dies_at(lane_closed, [] { (void)another().get(); }));
  EXPECT_EQ(queue->put(bytes("1")), QueueStatus::closed);
  EXPECT_EQ(queue->get(5s).status, QueueStatus::closed);
  expect_all({});
}

TEST_F(MessageCrashTable, S1ToS2HandleDiesWhileItTakesASeat) {
  for (const FaultPoint point : {seat_locked, seat_taken}) EXPECT_TRUE(dies_at(point, [] { another(); }));
  put({"1"});
  expect_all({"1"});
}

TEST_F(MessageCrashTable, S3ToS4HandleDiesWhileItLeaves) {
  for (const FaultPoint point : {box_returned, returns_told, seat_vacated}) {
    put({"1", "2", "3"});
    EXPECT_TRUE(dies_at(point, [] {
      MessageQueue own = another();
      (void)own.get();
      (void)own.get();
    }));
    expect_all({"1", "2", "3"});
  }
}

// The recoverer dies over somebody who died with two messages, or with a box.
TEST_F(MessageCrashTable, R1ToR4RecovererDies) {
  for (const FaultPoint point : {dead_locked, box_returned, returns_told, seat_vacated}) {
    for (int skip = 0; skip < (point == box_returned ? 2 : 1); ++skip) {
      put({"1", "2", "3"});
      // In a seat above the recoverer's: who takes a dead seat recovers it without anything else.
      ChildProcess below([] {
        const MessageQueue own = another();
        for (;;) ::pause();
        return 1;
      });
      EXPECT_TRUE(test::wait_until([&] { return seats_taken() == 2; }));
      EXPECT_TRUE(dies_at(
          message_taken,
          [] {
            MessageQueue own = another();
            while (own.get()) continue;
          },
          1));
      below.send(SIGKILL);
      below.wait();
      EXPECT_TRUE(dies_at(
          point, [] { another(); }, skip + (point == returns_told || point == seat_vacated ? 1 : 0)));
      expect_all({"1", "2", "3"});
    }
  }
}

TEST_F(MessageCrashTable, R2RecovererDiesWithABoxFreed) {
  EXPECT_TRUE(dies_at(message_written, [] { another().put(bytes("x")); }));
  EXPECT_TRUE(dies_at(box_freed, [] { another(); }));
  put({"1"});
  expect_all({"1"});
}

TEST_F(MessageCrashTable, X1ToX3CloserDies) {
  struct {
    FaultPoint point;
    int skip;
  } const steps[] = {{close_flagged, 0}, {lane_closed, 0}, {lane_closed, 1}, {lanes_closed, 0}};
  for (const auto& step : steps) {
    put({"1", "2"});
    std::thread getter;
    const auto start_getter = [&] {
      getter = std::thread([] {
        MessageQueue own = another();
        while (own.get()) own.task_done();
      });
    };
    // A getter that wakes might close the lane before the one that is to die there.
    if (step.point != lane_closed) start_getter();
    std::thread joiner([] { EXPECT_TRUE(another().join()); });
    std::this_thread::sleep_for(20ms);
    EXPECT_TRUE(dies_at(
        step.point, [] { another().close(); }, step.skip));
    if (!getter.joinable()) start_getter();
    getter.join();
    joiner.join();
    EXPECT_EQ(queue->put(bytes("3")), QueueStatus::closed);
    EXPECT_EQ(queue->put(bytes("3"), 1), QueueStatus::closed);
    EXPECT_EQ(queue->get(5s).status, QueueStatus::closed);
    expect_nothing_held();
    MessageQueue::remove(queue_name());
    queue.emplace(MessageQueue::create(queue_name(), kOptions));
  }
}

TEST_F(MessageCrashTable, J1JoinerDies) {
  EXPECT_TRUE(dies_at(
      box_looked_at, [] { (void)another().join(); }, 3));
  put({"1"});
  EXPECT_TRUE(dies_at(end_awaited, [] { (void)another().join(); }));
  expect_all({"1"});
}

TEST_F(MessageCrashTable, M1CreatorDiesBeforeThereIsAName) {
  MessageQueue::remove(queue_name());
  EXPECT_TRUE(dies_at(queue_made, [] { MessageQueue::create(queue_name()); }));
  EXPECT_FALSE(std::filesystem::exists(queue_file()));
  queue.emplace(MessageQueue::create(queue_name(), kOptions));
  put({"1"});
  expect_all({"1"});
}

}  // namespace
}  // namespace shmkit

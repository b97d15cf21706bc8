#include <shmkit/message_queue.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <shmkit/typed_queue.hpp>

#include "helpers/child.hpp"
#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"

namespace shmkit {
namespace {

using namespace std::chrono_literals;
using test::bytes;
using test::ChildProcess;
using test::errc_of;
using test::error_of;
using test::text;

struct MessageQueueTest : test::QueueTest {
  static std::string get_text(MessageQueue& queue) {
    const auto message = queue.try_get();
    return message ? text(*message) : std::string();
  }
};

// The oracle: Python's queue.Queue, and what the header adds to it.

TEST_F(MessageQueueTest, CarriesMessagesBetweenHandlesOfOneName) {
  MessageQueue here = MessageQueue::create(queue_name());
  MessageQueue there = MessageQueue::open(queue_name());
  here.put(bytes("one"));
  here.put(bytes(""));
  const auto message = there.get();
  ASSERT_TRUE(message);
  EXPECT_EQ(text(*message), "one");
  EXPECT_EQ(message.priority, 0U);
  EXPECT_EQ(message.returns, 0U);
  EXPECT_EQ(there.get()->size(), 0U);
  there.task_done();
  there.task_done();
  EXPECT_EQ(there.try_get().status, QueueStatus::empty);
}

TEST_F(MessageQueueTest, HasItsOwnNames) {
  EXPECT_EQ(errc_of([&] { MessageQueue::open(queue_name()); }), Errc::not_found);
  EXPECT_EQ(errc_of([&] { MessageQueue::remove(queue_name()); }), Errc::not_found);
  MessageQueue queue = MessageQueue::create(queue_name());
  EXPECT_EQ(errc_of([&] { MessageQueue::create(queue_name()); }), Errc::exists);
  struct stat st {};
  ASSERT_EQ(::stat(messages::queue_path(queue_name()).c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777U, 0600U);
  EXPECT_GE(st.st_blocks * 512, st.st_size) << "its space is reserved";
  queue.put(bytes("x"));
  MessageQueue::remove(queue_name());
  EXPECT_EQ(get_text(queue), "x") << "who has it keeps it";
  MessageQueue::create(queue_name());
}

TEST_F(MessageQueueTest, RefusesNamesThatItCannotHave) {
  for (const std::string& name : {std::string("file:///tmp/x"), std::string(201, 'x')}) {
    EXPECT_EQ(errc_of([&] { MessageQueue::create(Name::parse(name)); }), Errc::usage) << name;
    EXPECT_EQ(errc_of([&] { MessageQueue::open(Name::parse(name)); }), Errc::usage) << name;
  }
}

TEST_F(MessageQueueTest, RefusesOptionsThatCannotBe) {
  const auto refused = [](MessageQueueOptions options) {
    return errc_of([&] { MessageQueue::anonymous(options); }) == Errc::usage;
  };
  EXPECT_TRUE(refused({.capacity = 0}));
  EXPECT_TRUE(refused({.capacity = (1U << 19U) + 1}));
  EXPECT_TRUE(refused({.message_bytes = (64U << 20U) + 1}));
  EXPECT_TRUE(refused({.priorities = 0}));
  EXPECT_TRUE(refused({.priorities = 33}));
  EXPECT_TRUE(refused({.participants = 0}));
  EXPECT_TRUE(refused({.participants = 1025}));
  EXPECT_TRUE(refused({.unacknowledged = 0}));
  EXPECT_TRUE(refused({.unacknowledged = 1025}));
  EXPECT_TRUE(refused({.capacity = 1U << 19U, .priorities = 2}));
  EXPECT_TRUE(refused({.owner = ::getpid()}));
}

TEST_F(MessageQueueTest, WaitsForRoomAndForMessages) {
  MessageQueue queue = MessageQueue::anonymous({.capacity = 2, .message_bytes = 4});
  EXPECT_EQ(queue.get(20ms).status, QueueStatus::timed_out);
  EXPECT_EQ(queue.get(-5ms).status, QueueStatus::timed_out);
  EXPECT_EQ(queue.try_put(bytes("1")), QueueStatus::ok);
  EXPECT_EQ(queue.put(bytes("2")), QueueStatus::ok);
  EXPECT_EQ(queue.try_put(bytes("3")), QueueStatus::full);
  EXPECT_EQ(queue.put(bytes("3"), 0, 20ms), QueueStatus::timed_out);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(text(*queue.get(0ms)), "1");
  EXPECT_EQ(queue.put(bytes("3"), 0, 0ms), QueueStatus::ok);
}

TEST_F(MessageQueueTest, RefusesWhatItWasNotMadeFor) {
  MessageQueue queue = MessageQueue::anonymous({.message_bytes = 4, .priorities = 2, .unacknowledged = 1});
  EXPECT_EQ(errc_of([&] { queue.put(bytes("12345")); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { queue.put(bytes("1"), 2); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { (void)queue.try_put(bytes("1"), 2); }), Errc::usage);
  EXPECT_EQ(errc_of([&] { queue.task_done(); }), Errc::usage) << "there is nothing to acknowledge";
  queue.put(bytes("1234"), 1);
  queue.put(bytes("1"), 0);
  EXPECT_EQ(get_text(queue), "1234");
  EXPECT_NE(error_of([&] { (void)queue.get(); }).hint().find("task_done"), std::string::npos);
  EXPECT_EQ(errc_of([&] { (void)queue.try_get(); }), Errc::usage);
  queue.task_done();
  EXPECT_EQ(get_text(queue), "1");
  queue.task_done();
  EXPECT_EQ(errc_of([&] { queue.task_done(); }), Errc::usage);
}

TEST_F(MessageQueueTest, GivesBackWhatAHandleLeaves) {
  MessageQueue queue = MessageQueue::create(queue_name());
  for (const char* word : {"1", "2", "3", "4"}) queue.put(bytes(word));
  {
    MessageQueue other = MessageQueue::open(queue_name());
    for (const char* word : {"1", "2", "3"}) EXPECT_EQ(get_text(other), word);
    other.task_done();
  }
  for (const char* word : {"2", "3", "4"}) EXPECT_EQ(get_text(queue), word);
}

TEST_F(MessageQueueTest, JoinWaitsUntilAllIsAcknowledged) {
  MessageQueue queue = MessageQueue::create(queue_name());
  EXPECT_TRUE(queue.join(0ms)) << "nothing was put";
  for (int i = 0; i < 3; ++i) queue.put(bytes("x"));
  EXPECT_FALSE(queue.join(10ms));
  std::thread worker([&] {
    MessageQueue own = MessageQueue::open(queue_name());
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(own.get());
      std::this_thread::sleep_for(5ms);
      own.task_done();
    }
  });
  EXPECT_TRUE(queue.join());
  EXPECT_EQ(queue.size(), 0U);
  worker.join();
}

// A task puts the next ones before it is done: join must not see the moment in between.
TEST_F(MessageQueueTest, JoinIsNotDeceivedByTasksThatPutTasks) {
  for (int round = 0; round < test::rounds(200); ++round) {
    auto queue = TypedQueue<int>::create(queue_name(), {.capacity = 4, .participants = 4});
    queue.put(60);
    std::vector<std::thread> workers;
    for (int i = 0; i < 2; ++i) {
      workers.emplace_back([&] {
        auto own = TypedQueue<int>::open(queue_name());
        while (const auto left = own.get()) {
          if (*left > 0) own.put(*left - 1);
          own.task_done();
        }
      });
    }
    EXPECT_TRUE(queue.join());
    auto look = queue.try_get();
    EXPECT_EQ(look.status, QueueStatus::empty) << "a task was still there in round " << round;
    queue.close();
    for (auto& worker : workers) worker.join();
    MessageQueue::remove(queue_name());
  }
}

TEST_F(MessageQueueTest, CloseEndsWhatWaits) {
  MessageQueue queue = MessageQueue::create(queue_name(), {.capacity = 1});
  queue.put(bytes("x"));
  std::thread putter([&] {
    MessageQueue own = MessageQueue::open(queue_name());
    EXPECT_EQ(own.put(bytes("y")), QueueStatus::closed);
  });
  std::this_thread::sleep_for(20ms);
  queue.close();
  putter.join();
  EXPECT_EQ(queue.put(bytes("y")), QueueStatus::closed);
  EXPECT_EQ(queue.try_put(bytes("y")), QueueStatus::closed);
  EXPECT_EQ(get_text(queue), "x");
  std::atomic<bool> looked = false;
  std::thread getter([&] {
    MessageQueue own = MessageQueue::open(queue_name());
    EXPECT_EQ(own.try_get().status, QueueStatus::empty) << "x may come back";
    looked = true;
    EXPECT_EQ(own.get().status, QueueStatus::closed);
  });
  while (!looked) std::this_thread::yield();
  EXPECT_EQ(queue.get().status, QueueStatus::closed) << "who has something is not kept waiting";
  queue.task_done();
  getter.join();
  EXPECT_EQ(queue.try_get().status, QueueStatus::closed);
  EXPECT_TRUE(queue.join());
}

TEST_F(MessageQueueTest, ClosedIsNotTheEndWhileAHolderMayDie) {
  MessageQueue queue = MessageQueue::create(queue_name());
  queue.put(bytes("x"));
  ChildProcess holder([&] {
    MessageQueue own = MessageQueue::open(queue_name());
    if (!own.get()) return 1;
    own.close();
    ::raise(SIGSTOP);
    return 2;
  });
  ASSERT_TRUE(test::wait_until([&] { return test::process_state(holder.pid()) == 'T'; }));
  EXPECT_EQ(queue.get(80ms).status, QueueStatus::timed_out) << "a stopped process keeps what it has";
  holder.send(SIGKILL);
  const auto message = queue.get();
  ASSERT_TRUE(message);
  EXPECT_EQ(text(*message), "x");
  EXPECT_EQ(message.returns, 1U);
  queue.task_done();
  EXPECT_EQ(queue.get().status, QueueStatus::closed);
}

// Nobody waits and nothing is empty: still the dead one's message comes back, to its place.
TEST_F(MessageQueueTest, TheDeadAreNoticedByTheBusyToo) {
  MessageQueue queue = MessageQueue::create(queue_name(), {.capacity = 100});
  queue.put(bytes("first"));
  EXPECT_EQ(test::in_child([&] {
              MessageQueue own = MessageQueue::open(queue_name());
              if (own.get()) ::raise(SIGKILL);
              return 1;
            }).signal,
            SIGKILL);
  for (int i = 0; i < 100; ++i) queue.put(bytes("x"));
  bool seen = false;
  EXPECT_TRUE(test::wait_until([&] {
    seen = seen || get_text(queue) == "first";
    queue.task_done();
    if (!seen) queue.put(bytes("x"));
    return seen;
  }));
  EXPECT_EQ(queue.size(), 100U);
}

TEST_F(MessageQueueTest, AForkedChildIsAParticipantOfItsOwn) {
  MessageQueue queue = MessageQueue::anonymous({.participants = 2});
  queue.put(bytes("parent's"));
  EXPECT_EQ(get_text(queue), "parent's");
  const auto end = test::in_child([&] {
    try {
      queue.task_done();
    } catch (const Error& e) {
      queue.put(bytes("child's"));
      if (get_text(queue) != "child's") return 2;
      return e.errc() == Errc::usage ? 0 : 3;
    }
    return 1;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(text(*queue.get()), "child's") << "it died with it";
  queue.task_done();
  queue.task_done();
  EXPECT_TRUE(queue.join(0ms));
}

TEST_F(MessageQueueTest, AChildThatDoesNothingDoesNotKeepItsParentAlive) {
  MessageQueue queue = MessageQueue::anonymous();
  queue.put(bytes("x"));
  std::unique_ptr<ChildProcess> grandchild;
  test::SharedPage<std::atomic<int>> pid;
  ChildProcess parent([&] {
    if (!queue.get()) return 1;
    const int child = ::fork();
    if (child == 0) {
      for (;;) ::pause();  // With a copy of the handle.
    }
    *pid = child;
    for (;;) ::pause();
    return 2;
  });
  ASSERT_TRUE(test::wait_until([&] { return *pid != 0; }));
  parent.send(SIGKILL);
  parent.wait();
  EXPECT_EQ(text(*queue.get(5s)), "x");
  ::kill(*pid, SIGKILL);
}

TEST_F(MessageQueueTest, HasRoomForSoManyParticipants) {
  std::vector<MessageQueue> handles;
  handles.push_back(MessageQueue::create(queue_name(), {.participants = 3}));
  handles.push_back(MessageQueue::open(queue_name()));
  handles.push_back(MessageQueue::open(queue_name()));
  const Error error = error_of([&] { MessageQueue::open(queue_name()); });
  EXPECT_EQ(error.errc(), Errc::failed);
  EXPECT_NE(std::string(error.what()).find("its 3 participants"), std::string::npos);
  EXPECT_EQ(test::in_child([&] {
              return errc_of([&] { (void)handles[0].size(); }) == Errc::failed ? 0 : 1;
            }).exit_code,
            0)
      << "a child has no room either";
  handles.pop_back();
  handles.push_back(MessageQueue::open(queue_name()));
}

TEST_F(MessageQueueTest, ATypedQueueCarriesValues) {
  struct Point {
    double x, y;
  };
  auto points = TypedQueue<Point>::create(queue_name(), {.priorities = 2});
  EXPECT_EQ(points.put({1, 2}), QueueStatus::ok);
  EXPECT_EQ(points.try_put({3, 4}, 1), QueueStatus::ok);
  auto same = TypedQueue<Point>::open(queue_name());
  const auto first = same.get();
  EXPECT_EQ(first->x, 3);
  EXPECT_EQ(first.priority, 1U);
  EXPECT_EQ(same.try_get()->y, 2);
  EXPECT_EQ(same.try_get().status, QueueStatus::empty);
  EXPECT_EQ(errc_of([&] { TypedQueue<int>::open(queue_name()); }), Errc::not_an_array);
  points.any().put(bytes("short"));
  EXPECT_EQ(errc_of([&] { (void)same.get(); }), Errc::not_an_array);
}

TEST_F(MessageQueueTest, TakesLongMessages) {
  MessageQueue queue = MessageQueue::anonymous(
      {.capacity = 2, .message_bytes = 1U << 20U, .participants = 1, .unacknowledged = 1});
  std::string big(1U << 20U, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * i >> 7U);
  queue.put(bytes(big));
  EXPECT_TRUE(text(*queue.get()) == big);
}

}  // namespace
}  // namespace shmkit

#include <array>
#include <atomic>
#include <cstring>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"
#include "pool/kill_bounds.hpp"

// Producers and consumers are killed, thousands of times, at every named point and at random moments. The
// oracle are books in memory that all share, which nothing of the product reads: who put what, and how often
// it was acknowledged, counted at the instant at which it was.
namespace shmkit {
namespace {

using enum messages::FaultPoint;
using messages::FaultPoint;
using test::kills;

constexpr std::uint32_t kProducers = 2;
constexpr std::uint32_t kConsumers = 2;
constexpr std::uint32_t kMost = 100'000;  // Messages of a producer, in a round.
constexpr MessageQueueOptions kOptions{16, 64, 2, 6, 3, 0};

struct Entry {
  std::atomic<std::uint8_t> put;  // 1: put() has returned.
  std::atomic<std::uint8_t> acknowledged;
  std::atomic<std::uint8_t> trying;  // 1: somebody was about to acknowledge it.
};
struct Books {
  std::array<std::atomic<std::uint32_t>, kProducers> next;
  std::array<std::array<Entry, kMost>, kProducers> entries;
  std::array<std::atomic<int>, messages::kFaultPoints> killed;
  std::atomic<int> broken;
  std::atomic<int> disorder;
};

struct Letter {
  std::uint32_t producer = 0;
  std::uint32_t number = 0;
  std::array<std::uint32_t, 12> rest{};
};

struct MessageKillLoop : test::QueueTest {
  void SetUp() override {
#ifndef SHMKIT_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    QueueTest::SetUp();
    test::expect_end_within(20'000);
    current = this;
    random.seed(test::kill_seed());
  }

  void rounds(int most, bool at_points);
  void one_round(int most, bool at_points);
  int spawn(int role, bool at_points);
  void arm(int role);
  void produce(std::uint32_t producer);
  void consume();
  bool is_whole(const Letter& letter) const;
  void check_books();
  void enter(FaultPoint point);
  void close_in_a_dying_process();

  static inline MessageKillLoop* current = nullptr;
  test::SharedPage<Books> books;
  std::minstd_rand random;
  std::uint64_t acknowledged = 0;
  bool exact = false;  // Whoever acknowledges also says so.

  // Of a child.
  FaultPoint point = box_claimed;
  int skip = -1;
  Entry* mine = nullptr;
};

constexpr std::array kOfProducers = {box_claimed,    message_written, place_chosen,
                                     message_queued, tail_told,       room_awaited};
constexpr std::array kOfConsumers = {message_taken, head_told, message_done, message_awaited};
// The last ones are reached only where there is a dead one: they are tried more often.
constexpr std::array kOfAll = {seat_locked,  seat_taken,  seat_vacated, returns_told, dead_locked, box_freed,
                               box_returned, dead_locked, box_freed,    box_returned, box_freed};
constexpr std::array kOfClosers = {close_flagged, lane_closed, lanes_closed};

void MessageKillLoop::enter(FaultPoint reached) {
  if (reached == message_done) ++mine->acknowledged;
  if (reached != point || skip < 0 || skip-- > 0) return;
  ++books->killed[static_cast<std::size_t>(point)];
  for (;;) ::kill(::getpid(), SIGKILL);
}

void MessageKillLoop::arm(int role) {
  const auto any = [&](const auto& points) { return points[random() % points.size()]; };
  const bool producer = role < static_cast<int>(kProducers);
  if (random() % 3 == 0) {
    point = any(kOfAll);
    skip = 0;
    return;
  }
  point = producer ? any(kOfProducers) : any(kOfConsumers);
  const bool rare = point == room_awaited || point == message_awaited;
  skip = static_cast<int>(random() % (rare ? 2 : 10));
}

int MessageKillLoop::spawn(int role, bool at_points) {
  const unsigned seed = static_cast<unsigned>(random());
  const int pid = ::fork();
  if (pid != 0) return pid;
  random.seed(seed);
  if (at_points) arm(role);
  int code = 0;
  try {
    role < static_cast<int>(kProducers) ? produce(static_cast<std::uint32_t>(role)) : consume();
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
    code = 1;
  }
  ::_exit(code);
}

void MessageKillLoop::produce(std::uint32_t producer) {
  MessageQueue queue = MessageQueue::open(queue_name());
  for (int i = 0; i < 200; ++i) {
    const std::uint32_t number = books->next[producer]++;
    if (number >= kMost) return;
    Letter letter{producer, number, {}};
    letter.rest.fill(producer ^ number * 2654435761U);
    const std::size_t size = 8 + 4 * (number % 13);
    const auto bytes = std::as_bytes(std::span(&letter, 1)).first(size);
    if (queue.put(bytes, number % 2) != QueueStatus::ok) return;
    books->entries[producer][number].put = 1;
  }
}

bool MessageKillLoop::is_whole(const Letter& letter) const {
  if (letter.producer >= kProducers || letter.number >= kMost) return false;
  for (std::size_t i = 0; i < letter.number % 13; ++i) {
    if (letter.rest[i] != (letter.producer ^ letter.number * 2654435761U)) return false;
  }
  return true;
}

void MessageKillLoop::consume() {
  MessageQueue queue = MessageQueue::open(queue_name());
  std::array<std::array<std::int64_t, 2>, kProducers> last{{{-1, -1}, {-1, -1}}};
  std::vector<Entry*> held;
  const auto acknowledge_first = [&] {
    mine = held.front();
    mine->trying = 1;
    held.erase(held.begin());
    queue.task_done();
  };
  for (int i = 0; i < 400; ++i) {
    const auto message = queue.get();
    if (message.status == QueueStatus::closed) break;
    Letter letter;
    std::memcpy(&letter, message->data(), std::min(message->size(), sizeof letter));
    if (!is_whole(letter) || message->size() != 8 + 4 * (letter.number % 13)) {
      ++books->broken;
      return;
    }
    if (message.returns == 0) {
      std::int64_t& before = last[letter.producer][message.priority];
      if (letter.number <= before) ++books->disorder;
      before = letter.number;
    }
    held.push_back(&books->entries[letter.producer][letter.number]);
    while (!held.empty() && (held.size() == kOptions.unacknowledged || random() % 2 == 0))
      acknowledge_first();
  }
  while (!held.empty() && random() % 4 != 0) acknowledge_first();  // What is left comes back.
}

void MessageKillLoop::close_in_a_dying_process() {
  const int pid = ::fork();
  if (pid == 0) {
    point = kOfClosers[random() % kOfClosers.size()];
    skip = 0;
    MessageQueue::open(queue_name()).close();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  // A consumer that wakes may have closed the lane that it was to die at.
  EXPECT_TRUE(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
  random();
}

void MessageKillLoop::one_round(int most, bool at_points) {
  MessageQueue queue = MessageQueue::create(queue_name(), kOptions);
  messages::fault_hook = [](FaultPoint reached) { current->enter(reached); };
  std::array<int, kProducers + kConsumers> pids{};
  const auto start = [&](std::size_t role) { pids[role] = spawn(static_cast<int>(role), at_points); };
  for (std::size_t role = 0; role < pids.size(); ++role) start(role);
  for (int dead = 0; dead < most && !HasFailure();) {
    if (!at_points) {
      ::usleep(static_cast<useconds_t>(random() % (test::kSanitized ? 20'000 : 2'000)));
      ::kill(pids[random() % pids.size()], SIGKILL);  // A child of ours that was not reaped.
    }
    int status = 0;
    const int pid = ::waitpid(-1, &status, 0);
    const auto role = static_cast<std::size_t>(std::ranges::find(pids, pid) - pids.begin());
    ASSERT_LT(role, pids.size());
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    if (WIFSIGNALED(status)) ++dead;
    start(role);
  }
  at_points ? close_in_a_dying_process() : queue.close();
  for (const int pid : pids) ::waitpid(pid, nullptr, 0);  // They end: it is closed.
  // What is left is taken here.
  while (const auto message = queue.get(std::chrono::seconds(20))) {
    Letter letter;
    std::memcpy(&letter, message->data(), std::min(message->size(), sizeof letter));
    EXPECT_TRUE(is_whole(letter));
    mine = &books->entries[letter.producer][letter.number];
    mine->trying = 1;
    queue.task_done();
  }
  EXPECT_EQ(queue.get().status, QueueStatus::closed);
  EXPECT_TRUE(queue.join());
  messages::fault_hook = nullptr;
  MessageQueue::remove(queue_name());
  check_books();
}

void MessageKillLoop::check_books() {
  EXPECT_EQ(books->broken, 0);
  EXPECT_EQ(books->disorder, 0) << "messages that did not come back passed each other";
  for (std::uint32_t producer = 0; producer < kProducers; ++producer) {
    const std::uint32_t end = std::min(books->next[producer].load(), kMost);
    for (std::uint32_t number = 0; number < end; ++number) {
      Entry& entry = books->entries[producer][number];
      acknowledged += entry.acknowledged;
      EXPECT_LE(entry.acknowledged, 1) << "twice: " << producer << ' ' << number;
      // Killed between the acknowledgement and its entry: only where the moment is random.
      const bool done = entry.acknowledged == 1 || (!exact && entry.trying == 1);
      EXPECT_TRUE(done || entry.put == 0) << "lost: " << producer << ' ' << number;
      entry.put = 0;
      entry.acknowledged = 0;
      entry.trying = 0;
    }
    books->next[producer] = 0;
  }
}

void MessageKillLoop::rounds(int most, bool at_points) {
  constexpr int kRound = 200;
  for (int left = most; left > 0 && !HasFailure(); left -= kRound)
    one_round(std::min(left, kRound), at_points);
  EXPECT_GT(acknowledged, static_cast<std::uint64_t>(most)) << "nothing was done";
}

TEST_F(MessageKillLoop, AtEveryPointNothingIsLostOrAcknowledgedTwice) {
  const int most = kills(3'000);
  exact = true;
  rounds(most, true);
  for (int i = 0; i < messages::kFaultPoints; ++i)
    std::cout << messages::kFaultPointNames[static_cast<std::size_t>(i)] << ' '
              << books->killed[static_cast<std::size_t>(i)] << '\n';
  for (const auto& points : {std::vector<FaultPoint>(kOfProducers.begin(), kOfProducers.end()),
                             std::vector<FaultPoint>(kOfConsumers.begin(), kOfConsumers.end()),
                             std::vector<FaultPoint>(kOfAll.begin(), kOfAll.end())}) {
    for (const FaultPoint each : points)
      EXPECT_GE(books->killed[static_cast<std::size_t>(each)], test::kSanitized ? 0 : most / 300)
          << messages::kFaultPointNames[static_cast<std::size_t>(each)];
  }
  test::report_kills("message queue, at points", most, std::to_string(acknowledged) + " messages");
}

TEST_F(MessageKillLoop, AtRandomMomentsNothingIsLostOrAcknowledgedTwice) {
  const int most = kills(1'000);
  rounds(most, false);
  test::report_kills("message queue, at random", most, std::to_string(acknowledged) + " messages");
}

}  // namespace
}  // namespace shmkit

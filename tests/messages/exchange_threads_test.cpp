#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "messages/fault_point.hpp"
#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"

namespace shmkit::messages {
namespace {

constexpr std::uint32_t kSeats = 4;
constexpr std::uint32_t kLanes = 2;
constexpr MessageQueueOptions kOptions{5, 64, kLanes, kSeats + 1, 2, 0};

// What a thread throws that dies, in the middle of whatever it does: as a killed process, it does nothing
// more.
struct Death {};

struct Letter {
  std::uint32_t producer = 0;
  std::uint32_t number = 0;
  std::uint64_t check = 0;
  std::uint64_t holder = 0;  // Written by whoever has taken it, and by nobody else at that time.
};
std::uint64_t check_of(const Letter& letter) {
  return (std::uint64_t{letter.producer} << 32U | letter.number) * 0x9E3779B97F4A7C15U;
}

// Participants as threads, which put and take and die at random steps. They share plain memory that only the
// boxes protect: ThreadSanitizer and the books are the oracle. Books that several threads may touch are
// relaxed, so that they do not order what the queue must order.
class Storm {
 public:
  static constexpr std::uint32_t kMost = 200'000;  // Letters of a producer.

  explicit Storm(std::uint32_t seed) : seed_(seed) {
    fault_hook = [](FaultPoint point) { mine->enter(point); };
    for (std::uint32_t seat = 0; seat < kSeats; ++seat) start(seat);
  }
  ~Storm() {
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    fault_hook = nullptr;
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  // Recovers the dead, and starts others in their seats, until so many have died.
  void rage(int deaths) {
    Exchange recoverer(queue_.memory(), kSeats);
    const Mine self(this);
    while (deaths > 0) {
      for (std::uint32_t seat = 0; seat < kSeats; ++seat) {
        if (!dead_[seat].load(std::memory_order_acquire)) continue;  // The proof of death.
        threads_[seat].join();
        recoverer.recover(seat);
        recoverer.recover(seat);  // As if the first recoverer had died.
        --deaths;
        start(seat);
      }
      std::this_thread::yield();
    }
    over_.store(true, std::memory_order_relaxed);
    for (std::uint32_t seat = 0; seat < kSeats; ++seat) {
      threads_[seat].join();
      recoverer.recover(seat);
    }
    drain(recoverer);
  }

  void check() const {
    EXPECT_EQ(violations_.load(), 0) << "a letter was broken, or came before an earlier one";
    std::uint64_t put = 0;
    for (std::uint32_t producer = 0; producer < kSeats; ++producer) {
      for (std::uint32_t number = 0; number < next_[producer]; ++number) {
        const Entry& entry = entries_[producer * kMost + number];
        const int acknowledged = entry.acknowledged.load();
        put += static_cast<std::uint64_t>(acknowledged);
        EXPECT_LE(acknowledged, 1) << producer << ' ' << number;
        EXPECT_TRUE(acknowledged == 1 || !entry.put) << producer << ' ' << number << " was lost";
      }
    }
    EXPECT_GT(put, 1000U) << "nothing was done";
  }

 private:
  struct Entry {
    bool put = false;  // try_put was ok, and its producer lived to see it.
    std::atomic<int> acknowledged{0};
  };

  // What the hook knows of the thread that calls it.
  struct Mine {
    explicit Mine(Storm* of, std::uint32_t seed = 0) : storm(of), random(seed) { mine = this; }
    void enter(FaultPoint point) {
      if (point == FaultPoint::message_done) current->acknowledged.fetch_add(1, std::memory_order_relaxed);
      if (mortal && random() % 150 == 0) throw Death{};
    }
    Storm* storm;
    std::minstd_rand random;
    bool mortal = false;
    Entry* current = nullptr;
    std::array<std::array<std::int64_t, kLanes>, kSeats> last = none();
    static std::array<std::array<std::int64_t, kLanes>, kSeats> none() {
      std::array<std::array<std::int64_t, kLanes>, kSeats> all;
      for (auto& each : all) each.fill(-1);
      return all;
    }
  };
  static inline thread_local Mine* mine = nullptr;

  void start(std::uint32_t seat) {
    dead_[seat].store(false, std::memory_order_relaxed);
    threads_[seat] = std::thread([this, seat, seed = ++seed_] {
      Mine own(this, seed);
      try {
        live(seat, own);
      } catch (const Death&) {
        dead_[seat].store(true, std::memory_order_release);
      }
    });
  }

  void live(std::uint32_t seat, Mine& own) {
    Exchange exchange(queue_.memory(), seat);
    own.mortal = true;
    std::vector<Exchange::Taken> held;
    while (!over_.load(std::memory_order_relaxed)) {
      if (own.random() % 2 == 0) {
        put(exchange, seat, own);
      } else if (held.size() < kOptions.unacknowledged) {
        Exchange::Taken taken;
        if (exchange.try_take(taken) == QueueStatus::ok) {
          look(exchange, taken, own);
          held.push_back(taken);
        }
      }
      if (!held.empty() && own.random() % 2 == 0) {
        acknowledge(exchange, held.front(), own);
        held.erase(held.begin());
      }
    }
  }

  void put(Exchange& exchange, std::uint32_t producer, Mine& own) {
    if (next_[producer] == kMost) return;
    Letter letter{producer, next_[producer]++, 0, 0};
    letter.check = check_of(letter);
    const bool room =
        exchange.try_put(std::as_bytes(std::span(&letter, 1)), own.random() % kLanes) == QueueStatus::ok;
    entries_[producer * kMost + letter.number].put = room;
  }

  Letter& letter_in(const Exchange& exchange, const Exchange::Taken& taken) const {
    const auto message = exchange.message(taken);
    return *reinterpret_cast<Letter*>(const_cast<std::byte*>(message->data()));  // NOLINT: the holder may.
  }

  void look(const Exchange& exchange, const Exchange::Taken& taken, Mine& own) {
    Letter& letter = letter_in(exchange, taken);
    ++letter.holder;
    if (letter.check != check_of(letter) || letter.producer >= kSeats) {
      violations_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    if (exchange.message(taken).returns > 0) return;
    std::int64_t& last = own.last[letter.producer][taken.lane];
    if (letter.number <= last) violations_.fetch_add(1, std::memory_order_relaxed);
    last = letter.number;
  }

  void acknowledge(Exchange& exchange, const Exchange::Taken& taken, Mine& own) {
    Letter& letter = letter_in(exchange, taken);
    ++letter.holder;
    own.current = &entries_[letter.producer * kMost + letter.number];
    exchange.acknowledge(taken.box);
  }

  void drain(Exchange& exchange) {
    exchange.close();
    for (;;) {
      Exchange::Taken taken;
      const QueueStatus status = exchange.try_take(taken);
      if (status == QueueStatus::closed) break;
      ASSERT_EQ(status, QueueStatus::ok);
      look(exchange, taken, *mine);
      acknowledge(exchange, taken, *mine);
    }
    EXPECT_TRUE(exchange.is_exhausted());
    EXPECT_FALSE(exchange.is_unfinished());
    for (std::uint32_t box = 0; box < queue_.memory().geometry().boxes; ++box)
      EXPECT_EQ(queue_.memory().box(box).word.load(), 0U) << "box " << box << " is not FREE";
  }

  test::PlainQueue queue_{kOptions, kPlaceMask - 1000};  // Places wrap on the way.
  std::vector<Entry> entries_ = std::vector<Entry>(kSeats * std::size_t{kMost});
  std::array<std::uint32_t, kSeats> next_{};  // A producer's, and its successor's after that is joined.
  std::array<std::atomic<bool>, kSeats> dead_{};
  std::atomic<bool> over_{false};
  std::atomic<int> violations_{0};
  std::uint32_t seed_;
  std::array<std::thread, kSeats> threads_;
};

struct ExchangeThreads : test::ProcessTest {};

TEST_F(ExchangeThreads, LoseNothingAndAcknowledgeNothingTwiceWhoeverDies) {
#ifndef SHMKIT_FAULT_POINTS
  GTEST_SKIP() << "built without fault points";
#endif
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto storm = std::make_unique<Storm>(seed);
  storm->rage(test::rounds(10'000));
  storm->check();
}

// One producer, one consumer, nobody dies: all come, in order, at the greatest speed.
TEST_F(ExchangeThreads, KeepTheOrder) {
  const test::PlainQueue queue{{7, 8, 1, 2, 1, 0}, kPlaceMask - 100};
  const std::uint64_t most = static_cast<std::uint64_t>(test::rounds(200'000));
  std::thread producer([&] {
    Exchange exchange(queue.memory(), 0);
    for (std::uint64_t i = 0; i < most;) {
      if (exchange.try_put(std::as_bytes(std::span(&i, 1)), 0) == QueueStatus::ok)
        ++i;
      else
        std::this_thread::yield();
    }
  });
  Exchange exchange(queue.memory(), 1);
  for (std::uint64_t i = 0; i < most;) {
    Exchange::Taken taken;
    if (exchange.try_take(taken) != QueueStatus::ok) {
      std::this_thread::yield();
      continue;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, exchange.message(taken)->data(), sizeof value);
    ASSERT_EQ(value, i);
    exchange.acknowledge(taken.box);
    ++i;
  }
  producer.join();
}

}  // namespace
}  // namespace shmkit::messages

#include <cstring>
#include <fstream>
#include <functional>
#include <random>
#include <string>

#include <gtest/gtest.h>
#include <boost/crc.hpp>

#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"

// Files that are no queue, or a damaged one. The oracle: an Error (not_an_array) or an outcome, never a
// crash, a hang, or anything out of bounds (which AddressSanitizer would see: the plain queues have nothing
// behind them).
namespace shmkit {
namespace {

using test::bytes;
using test::errc_of;
using test::PlainQueue;

constexpr MessageQueueOptions kOptions{5, 24, 2, 3, 2, 0};

struct HostileQueue : test::QueueTest {
  static Errc open_errc() {
    return errc_of([] { MessageQueue::open(queue_name()); });
  }
  static messages::QueueIdentity identity() {
    messages::QueueIdentity found;
    std::ifstream(queue_file(), std::ios::binary).read(reinterpret_cast<char*>(&found), sizeof found);
    return found;
  }
  static void write(messages::QueueIdentity identity, bool checked) {
    if (checked) {
      boost::crc_32_type crc;
      crc.process_bytes(&identity, offsetof(messages::QueueIdentity, check));
      identity.check = crc.checksum();
    }
    std::fstream out(queue_file(), std::ios::binary | std::ios::in | std::ios::out);
    out.write(reinterpret_cast<const char*>(&identity), sizeof identity);
  }
};

TEST_F(HostileQueue, WithoutAQueuesHeadIsNone) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{79}, std::size_t{80}, std::size_t{100'000}}) {
    std::ofstream(queue_file(), std::ios::binary) << std::string(size, 'x');
    std::filesystem::permissions(queue_file(), std::filesystem::perms(0600));
    EXPECT_EQ(open_errc(), Errc::not_an_array) << size;
  }
}

TEST_F(HostileQueue, OfAnotherKindIsNone) {
  std::filesystem::create_directory(queue_file());
  EXPECT_EQ(open_errc(), Errc::not_an_array);
  std::filesystem::remove(queue_file());
  std::filesystem::create_symlink("/etc/passwd", queue_file());
  EXPECT_EQ(open_errc(), Errc::not_an_array);
  std::filesystem::remove(queue_file());
  ASSERT_EQ(::mkfifo(queue_file().c_str(), 0600), 0);
  EXPECT_EQ(open_errc(), Errc::not_an_array);
}

TEST_F(HostileQueue, ThatOthersMayOpenIsNotTrusted) {
  MessageQueue::create(queue_name(), kOptions);
  for (const unsigned mode : {0660U, 0606U, 0640U}) {
    std::filesystem::permissions(queue_file(), std::filesystem::perms(mode));
    EXPECT_EQ(open_errc(), Errc::failed);
  }
}

TEST_F(HostileQueue, WithAnyByteOfItsHeadChangedIsRefused) {
  MessageQueue::create(queue_name(), kOptions);
  const messages::QueueIdentity good = identity();
  for (std::size_t at = 0; at < sizeof good; ++at) {
    messages::QueueIdentity bad = good;
    reinterpret_cast<unsigned char*>(&bad)[at] ^= 0x40U;
    write(bad, false);
    EXPECT_EQ(open_errc(), Errc::not_an_array) << at;
  }
  write(good, false);
  MessageQueue::open(queue_name());
}

// Well checked, and yet impossible.
TEST_F(HostileQueue, WithOptionsThatCannotBeIsRefused) {
  MessageQueue::create(queue_name(), kOptions);
  const messages::QueueIdentity good = identity();
  const auto refused = [&](auto change) {
    messages::QueueIdentity bad = good;
    change(bad);
    write(bad, true);
    return open_errc() == Errc::not_an_array;
  };
  EXPECT_TRUE(refused([](auto& i) { i.version += 1; }));
  for (const std::uint32_t value : {0U, 6U, 1U << 19U, 0xFFFFFFFFU})
    EXPECT_TRUE(refused([&](auto& i) { i.capacity = value; })) << value;
  for (const std::uint32_t value : {1000U, 64U << 20U, 0xFFFFFFFFU})
    EXPECT_TRUE(refused([&](auto& i) { i.message_bytes = value; })) << value;
  for (const std::uint32_t value : {0U, 1U, 32U, 0xFFFFFFFFU})
    EXPECT_TRUE(refused([&](auto& i) { i.priorities = value; })) << value;
  for (const std::uint32_t value : {0U, 1U, 1024U, 0xFFFFFFFFU})
    EXPECT_TRUE(refused([&](auto& i) { i.participants = value; })) << value;
  for (const std::uint32_t value : {0U, 1U, 1024U, 0xFFFFFFFFU})
    EXPECT_TRUE(refused([&](auto& i) { i.unacknowledged = value; })) << value;
}

TEST_F(HostileQueue, OfAnotherSizeIsRefused) {
  MessageQueue::create(queue_name(), kOptions);
  const auto size = std::filesystem::file_size(queue_file());
  for (const auto other : {size - 1, size + 1, size / 2, size * 2}) {
    std::filesystem::resize_file(queue_file(), other);
    EXPECT_EQ(open_errc(), Errc::not_an_array) << other;
  }
}

// Everything that a participant does, once. Errors are as good as outcomes.
void do_everything(const messages::QueueMemory& memory) {
  using messages::Exchange;
  const std::function<void(Exchange&)> deeds[] = {
      [](Exchange& e) { (void)e.try_put(bytes("hello"), 0); },
      [](Exchange& e) { (void)e.try_put(bytes("hello"), 1); },
      [](Exchange& e) {
        Exchange::Taken taken;
        if (e.try_take(taken) != QueueStatus::ok) return;
        const auto message = e.message(taken);
        volatile unsigned sum = 0;
        for (const std::byte byte : *message) sum = sum + static_cast<unsigned>(byte);
        e.acknowledge(taken.box);
      },
      [](Exchange& e) { (void)e.size(); },
      [](Exchange& e) { (void)e.is_unfinished(); },
      [](Exchange& e) { (void)e.is_exhausted(); },
      [](Exchange& e) { e.recover(1); },
      [](Exchange& e) { e.recover(0); },
      [](Exchange& e) { e.close(); },
  };
  for (int round = 0; round < 2; ++round) {
    for (const auto& deed : deeds) {
      try {
        Exchange exchange(memory, 0);
        deed(exchange);
      } catch (const Error& e) {
        EXPECT_EQ(e.errc(), Errc::not_an_array);
      }
    }
  }
}

struct Bytes {
  explicit Bytes(const messages::QueueMemory& memory)
      : base(reinterpret_cast<unsigned char*>(&memory.door())),
        size(memory.geometry().bytes() - 2 * messages::kLine) {}
  unsigned char* base;
  std::size_t size;
};

void use(messages::Exchange& anna, messages::Exchange& bert) {
  for (const std::uint32_t lane : {0U, 0U, 1U, 0U}) (void)anna.try_put(bytes("some words"), lane);
  messages::Exchange::Taken taken;
  (void)bert.try_take(taken);
  (void)bert.try_take(taken);
}

TEST_F(HostileQueue, WithAnyWordDamagedGivesAnErrorOrAnOutcome) {
  std::minstd_rand random(7);
  for (std::size_t word = 0;; ++word) {
    bool over = false;
    for (const std::uint64_t value : {~std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 63U,
                                      std::uint64_t{1} << 43U, std::uint64_t{0x123456789ABCDEF0}}) {
      const PlainQueue queue(kOptions);
      messages::Exchange anna(queue.memory(), 0);
      messages::Exchange bert(queue.memory(), 1);
      use(anna, bert);
      const Bytes bytes(queue.memory());
      over = (word + 1) * 8 > bytes.size - messages::Geometry::kZeros;
      if (over) break;
      std::uint64_t was = 0;
      std::memcpy(&was, bytes.base + word * 8, 8);
      was ^= value;
      std::memcpy(bytes.base + word * 8, &was, 8);
      do_everything(queue.memory());
    }
    if (over) break;
  }
}

TEST_F(HostileQueue, FullOfGarbageGivesAnErrorOrAnOutcome) {
  std::minstd_rand random(static_cast<unsigned>(std::random_device{}()));
  for (int round = 0; round < test::rounds(3'000); ++round) {
    const PlainQueue queue(kOptions, random());
    messages::Exchange anna(queue.memory(), 0);
    messages::Exchange bert(queue.memory(), 1);
    use(anna, bert);
    const Bytes bytes(queue.memory());
    const auto changes = 1 + random() % 200;
    for (unsigned i = 0; i < changes; ++i)
      bytes.base[random() % bytes.size] = static_cast<unsigned char>(random());
    do_everything(queue.memory());
  }
}

// From outside: whoever waits is told, and does not wait for ever.
TEST_F(HostileQueue, DamagedUnderItsUserIsAnError) {
  MessageQueue queue = MessageQueue::create(queue_name(), kOptions);
  queue.put(bytes("x"));
  const messages::Segment segment = messages::open_segment(queue_name());
  const messages::QueueMemory memory(segment.mapping.data(), messages::Geometry(segment.options));
  memory.cell(0, 0) = messages::pack(messages::Cell{0, messages::kClosed - 1});
  EXPECT_EQ(errc_of([&] { (void)queue.get(); }), Errc::not_an_array);
  EXPECT_EQ(errc_of([&] { (void)queue.join(); }), Errc::not_an_array);
}

}  // namespace
}  // namespace shmkit

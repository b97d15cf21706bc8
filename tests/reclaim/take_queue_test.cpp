#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <shmkit/array.hpp>
#include <shmkit/message_queue.hpp>

#include "helpers/child.hpp"
#include "helpers/error_of.hpp"
#include "helpers/test_name.hpp"
#include "messages/segment.hpp"
#include "os/lock.hpp"
#include "reclaim/take.hpp"

// Queues as gc, list and delete see them. The oracle is gc.hpp: a queue goes when its owner is dead and
// nobody has a handle, and not otherwise.
namespace shmkit::test {
namespace {

using reclaim::take;

/// A queue in /dev/shm that is gone when this goes.
struct TakeQueue : ::testing::Test {
  ~TakeQueue() override {
    std::error_code ignored;
    std::filesystem::remove(path(), ignored);
  }

  Name name() const { return name_.name(); }
  std::string path() const { return messages::queue_path(name()); }
  std::string leaf() const { return std::filesystem::path(path()).filename().string(); }
  bool exists() const { return std::filesystem::exists(path()); }
  std::optional<Leftover> swept() const { return take(leaf(), {}); }

  // Made for a process that is dead now.
  void make_orphan() const {
    ChildProcess owner([] {
      for (;;) ::pause();
      return 0;
    });
    MessageQueue::create(name(), {.owner = owner.pid()});
    EXPECT_FALSE(swept()) << "its owner lives";
  }

  TestName name_;
};

TEST_F(TakeQueue, WhenItsOwnerIsDeadAndNobodyUsesIt) {
  make_orphan();
  {
    const MessageQueue user = MessageQueue::open(name());
    EXPECT_FALSE(swept());
  }
  EXPECT_TRUE(exists());
  EXPECT_TRUE(take(leaf(), {.dry_run = true}));
  EXPECT_FALSE(take(leaf(), {.older_than = std::chrono::hours(1)}));
  const auto taken = swept();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, LeftoverKind::queue);
  EXPECT_EQ(leftover_name(taken->kind), "queue");
  EXPECT_NE(taken->reason.find("is dead, and nobody uses it"), std::string::npos);
  EXPECT_FALSE(exists());
}

TEST_F(TakeQueue, ThoughItsUsersWereKilled) {
  make_orphan();
  ChildProcess user([&] {
    const MessageQueue own = MessageQueue::open(name());
    ::raise(SIGKILL);
    return 0;
  });
  user.wait();
  EXPECT_TRUE(swept());
}

TEST_F(TakeQueue, NotWithoutAnOwner) {
  MessageQueue::create(name());
  EXPECT_FALSE(swept());
  EXPECT_TRUE(exists());
}

TEST_F(TakeQueue, NotACopyOfOne) {
  make_orphan();
  const std::string copy = path() + "-copy";
  std::filesystem::copy_file(path(), copy);
  EXPECT_FALSE(take(leaf() + "-copy", {}));
  std::filesystem::remove(copy);
  EXPECT_TRUE(swept());
}

TEST_F(TakeQueue, NotADamagedOne) {
  make_orphan();
  std::fstream(path(), std::ios::in | std::ios::out | std::ios::binary).seekp(40) << "x";
  EXPECT_FALSE(swept());
  std::ofstream(path()) << "no queue at all";
  EXPECT_FALSE(swept());
  EXPECT_FALSE(take("shmkit-queue." + std::to_string(::geteuid() + 1) + ".x", {}));
  EXPECT_FALSE(take("shmkit-queue.x", {}));
}

TEST_F(TakeQueue, OwnersThatCannotBeAreRefused) {
  int dead = 0;
  {
    ChildProcess child([] { return 0; });
    dead = child.pid();
  }
  for (const int owner : {-1, dead})
    EXPECT_EQ(errc_of([&] { MessageQueue::create(name(), {.owner = owner}); }), Errc::usage);
  EXPECT_FALSE(exists());
}

TEST_F(TakeQueue, ListPassesItOverAndDeleteNeedsForce) {
  MessageQueue queue = MessageQueue::create(name());
  const Name file = Name::parse(leaf());
  for (const auto& entry : list()) EXPECT_NE(entry.name, file);
  EXPECT_EQ(errc_of([&] { create(file, Kind::int8, {1}); }), Errc::usage);
  const Error error = error_of([&] { remove(file); });
  EXPECT_EQ(error.errc(), Errc::not_an_array);
  EXPECT_NE(std::string(error.what()).find("it is a message queue"), std::string::npos);
  EXPECT_TRUE(exists());
  remove(file, true);
  EXPECT_FALSE(exists());
  EXPECT_EQ(errc_of([&] { remove(file); }), Errc::not_found);
}

// Messages that are a whole array each, trailer and all, up to the last byte of the last box.
TEST_F(TakeQueue, IsNoArrayWhateverItsMessagesAre) {
  const TestName array;
  create(array.name(), Kind::int8, {1});
  const std::string image = read_file(array.path());
  MessageQueue queue = MessageQueue::create(
      name(), {.capacity = 64, .message_bytes = static_cast<std::uint32_t>(image.size()), .participants = 1});
  for (int i = 0; i < 64; ++i)
    EXPECT_EQ(queue.put(std::as_bytes(std::span(image.data(), image.size()))), QueueStatus::ok);
  EXPECT_EQ(errc_of([&] { AnyArray::attach(Name::parse(leaf())); }), Errc::not_an_array);
}

}  // namespace
}  // namespace shmkit::test

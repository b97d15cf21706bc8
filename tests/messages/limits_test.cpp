#include <fcntl.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "helpers/child.hpp"
#include "helpers/mount_namespace.hpp"
#include "messages/plain_queue.hpp"
#include "messages/queue_fixture.hpp"

// What is scarce: space, descriptors, file size. The oracle: an Error that says what is missing, and nothing
// left behind; what was there goes on.
namespace shmkit {
namespace {

using test::errc_of;
using test::in_child;

struct QueueLimits : test::QueueTest {
  // In a child: 0 if creation fails for want of space, and leaves nothing.
  static int refused_for_space(const MessageQueueOptions& options) {
    if (errc_of([&] { MessageQueue::create(queue_name(), options); }) != Errc::no_space) return 1;
    if (errc_of([&] { MessageQueue::anonymous(options); }) != Errc::no_space) return 2;
    return std::filesystem::is_empty("/dev/shm") ? 0 : 3;
  }
};

TEST_F(QueueLimits, AFullFileSystemIsAnErrorAndNotASignal) {
  const auto end = in_child([] {
    if (!test::enter_mount_namespace() || ::mount("none", "/dev/shm", "tmpfs", 0, "size=1m") != 0)
      return test::kNotPermitted;
    const int refused = refused_for_space({.capacity = 1 << 14});
    if (refused != 0) return refused;
    // One that fits can be filled to its last byte.
    MessageQueue queue = MessageQueue::create(queue_name(), {.capacity = 1000, .participants = 4});
    while (queue.try_put(std::vector<std::byte>(256, std::byte{1})) == QueueStatus::ok) continue;
    return queue.size() == 1000 ? 0 : 4;
  });
  if (end.exit_code == test::kNotPermitted) GTEST_SKIP() << "mount namespaces are not permitted here";
  EXPECT_EQ(end.exit_code, 0);
}

TEST_F(QueueLimits, AFileSizeLimitIsAnErrorAndNotASignal) {
  const auto end = in_child([] {
    const rlimit limit{1 << 20, 1 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return errc_of([] { MessageQueue::create(queue_name(), {.capacity = 1 << 14}); }) == Errc::no_space ? 0
                                                                                                        : 1;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(queue_file()));
}

TEST_F(QueueLimits, TooFewDescriptorsAreAnError) {
  MessageQueue queue = MessageQueue::create(queue_name());
  const auto end = in_child([&] {
    for (rlim_t free = 0; free < 6; ++free) {
      const auto first = static_cast<rlim_t>(test::open_descriptors()) + 1;
      const rlimit limit{first + free, 4096};
      ::setrlimit(RLIMIT_NOFILE, &limit);
      const Errc opened = test::outcome_of([] { MessageQueue::open(queue_name()); });
      if (opened != Errc{} && opened != Errc::failed) return 1;
      const Errc made = test::outcome_of([] { MessageQueue::anonymous(); });
      if (made != Errc{} && made != Errc::failed) return 2;
    }
    return 0;
  });
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(queue.put(test::bytes("x")), QueueStatus::ok);
}

// Thousands of handles, one after the other and some at a time: neither descriptors nor seats are lost.
TEST_F(QueueLimits, HandlesComeAndGo) {
  MessageQueue queue = MessageQueue::create(queue_name(), {.capacity = 4, .participants = 4});
  const int before = test::open_descriptors();
  for (int i = 0; i < 500; ++i) {
    std::vector<MessageQueue> handles;
    for (int k = 0; k < 3; ++k) handles.push_back(MessageQueue::open(queue_name()));
  }
  EXPECT_EQ(test::open_descriptors(), before);
}

}  // namespace
}  // namespace shmkit

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <shmkit/identity.hpp>
#include <shmkit/message_queue.hpp>
#include <shmkit/name.hpp>

#include "messages/layout.hpp"
#include "os/fd.hpp"
#include "os/mapping.hpp"

// A queue as a file: shmkit-queue.UID.NAME in /dev/shm, or one without a name. Bytes 0 to participants - 1
// are locked (os/lock.hpp) by those that have the seats.
namespace shmkit::messages {

inline constexpr std::string_view kQueuePrefix = "shmkit-queue.";

/// "/dev/shm/shmkit-queue.1000.NAME", of this user. Throws Error (usage): not in shared memory, too long.
std::string queue_path(const Name& name);

/// Of any user. Empty: that is not what the file of a queue is called.
std::optional<std::uint32_t> user_of_queue(std::string_view leaf);

/// Throws Error (usage): a queue cannot be so.
void check_options(const MessageQueueOptions& options);

/// All that is in it for somebody who begins: empty lanes, free boxes, vacant seats. `memory` is all zero.
/// `first`: the place of the first message of each lane.
void format(const QueueMemory& memory, Place first = 0);

struct Segment {
  os::Fd fd;  ///< Nobody's: locks are taken through others.
  os::Mapping mapping;
  MessageQueueOptions options;  ///< A checked copy; never read again.
};

/// Makes one, complete and of mode 0600, its space reserved. Without a name it lives while somebody has it.
/// Throws Error (exists, no_space, usage, failed).
Segment create_segment(const Name* name, const MessageQueueOptions& options);

/// Throws Error (not_found, not_an_array, failed).
Segment open_segment(const Name& name);

/// What is known about a queue without mapping it.
struct QueueFile {
  MessageQueueOptions options;
  std::optional<ProcessIdentity> owner;
};
/// Believes nothing. Throws Error (not_an_array).
QueueFile examine_queue(const os::Fd& fd, std::string_view name);

}  // namespace shmkit::messages

#include "messages/segment.hpp"

#include <charconv>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <boost/crc.hpp>

#include <shmkit/error.hpp>

#include "array/names.hpp"
#include "messages/fault_point.hpp"
#include "messages/lane.hpp"
#include "os/file.hpp"
#include "os/identity.hpp"
#include "os/process.hpp"
#include "os/space.hpp"
#include "os/unnamed_file.hpp"

namespace shmkit::messages {
namespace {

static_assert(kQueuePrefix == kQueueFiles, "the array layer keeps arrays off the names of queues");

constexpr std::size_t kMaxQueueName = 200;
constexpr std::uint32_t kMaxCapacity = 1U << 19U;
constexpr std::uint32_t kMaxMessageBytes = 64U << 20U;
constexpr std::uint32_t kMaxUnacknowledged = 1024;

std::uint32_t check_of(const QueueIdentity& identity) noexcept {
  boost::crc_32_type crc;
  crc.process_bytes(&identity, offsetof(QueueIdentity, check));
  return crc.checksum();
}

// Empty: a queue can be so.
std::string fault_of(const MessageQueueOptions& options) {
  const auto outside = [](std::uint32_t value, std::uint32_t least, std::uint32_t most) {
    return value < least || value > most;
  };
  if (outside(options.capacity, 1, kMaxCapacity)) return fmt::format("a capacity of 1 to {}", kMaxCapacity);
  if (outside(options.message_bytes, 0, kMaxMessageBytes))
    return fmt::format("messages of at most {} bytes", kMaxMessageBytes);
  if (outside(options.priorities, 1, kMaxLanes)) return fmt::format("1 to {} priorities", kMaxLanes);
  if (outside(options.participants, 1, kMaxSeats)) return fmt::format("1 to {} participants", kMaxSeats);
  if (outside(options.unacknowledged, 1, kMaxUnacknowledged))
    return fmt::format("1 to {} unacknowledged messages", kMaxUnacknowledged);
  if (Geometry(options).boxes >= kClosed)
    return fmt::format("priorities x capacity + participants x (unacknowledged + 1) below {}", kClosed);
  return {};
}

QueueIdentity identity_of(const MessageQueueOptions& options, const os::Fd& fd, std::string_view name) {
  QueueIdentity identity;
  identity.capacity = options.capacity;
  identity.message_bytes = options.message_bytes;
  identity.priorities = options.priorities;
  identity.participants = options.participants;
  identity.unacknowledged = options.unacknowledged;
  identity.inode = os::status(fd, name).inode;
  if (options.owner != 0) {
    const auto owner = os::identity_of(options.owner);
    if (!owner) {
      throw Error(Errc::usage, fmt::format("process {} cannot own '{}'", options.owner, name),
                  "it must run now, in this PID namespace, and /proc must show it");
    }
    identity.owner = owner->pid;
    identity.owner_namespace = owner->pid_namespace;
    identity.owner_start = owner->start_time;
    identity.owner_boot = owner->boot_id;
  }
  identity.check = check_of(identity);
  return identity;
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw Error(Errc::not_an_array, fmt::format("'{}' is not a message queue: {}", name, why),
              "remove it and make it anew");
}

os::Fd open_own(const Name& name) {
  os::Fd fd;
  try {
    fd = os::open_existing(queue_path(name), os::Open::read_write, os::Links::refuse, name.text());
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;
    throw Error(Errc::not_found, fmt::format("there is no message queue '{}'", name.text()),
                "somebody has to make it first");
  }
  const os::FileStatus status = os::status(fd, name.text());
  if (!status.regular) refuse(name.text(), "it is not a regular file");
  if (status.owner != os::user_id() || (status.mode & 077U) != 0) {
    throw Error(Errc::failed,
                fmt::format("'{}' belongs to somebody else, or others may open it", name.text()),
                "make a queue of your own under another name");
  }
  return fd;
}

}  // namespace

std::string queue_path(const Name& name) {
  if (!name.in_shared_memory())
    throw Error(Errc::usage, fmt::format("'{}' cannot be a message queue: it is a file", name.text()),
                "a queue lives in shared memory: shm://NAME");
  if (name.text().size() > kMaxQueueName)
    throw Error(Errc::usage, fmt::format("'{}' cannot be a message queue: its name is too long", name.text()),
                fmt::format("at most {} bytes", kMaxQueueName));
  return fmt::format("/dev/shm/{}{}.{}", kQueuePrefix, os::user_id(), name.text());
}

std::optional<std::uint32_t> user_of_queue(std::string_view leaf) {
  if (!leaf.starts_with(kQueuePrefix)) return std::nullopt;
  leaf.remove_prefix(kQueuePrefix.size());
  const auto dot = leaf.find('.');
  if (dot == std::string_view::npos || dot + 1 == leaf.size()) return std::nullopt;
  std::uint32_t user = 0;
  const auto [end, error] = std::from_chars(leaf.data(), leaf.data() + dot, user);
  if (error != std::errc() || end != leaf.data() + dot) return std::nullopt;
  return user;
}

void check_options(const MessageQueueOptions& options) {
  const std::string fault = fault_of(options);
  if (!fault.empty()) throw Error(Errc::usage, "no message queue can be like that", "it has " + fault);
}

void format(const QueueMemory& memory, Place first) {
  for (std::uint32_t lane = 0; lane < memory.geometry().lanes; ++lane) Lane::format(memory, lane, first);
}

Segment create_segment(const Name* name, const MessageQueueOptions& options) {
  check_options(options);
  const std::string what = name == nullptr ? "a message queue" : name->text();
  const std::string path = name == nullptr ? fmt::format("/dev/shm/{}", kQueuePrefix) : queue_path(*name);
  auto file = os::UnnamedFile::create_for(path, 0600, what);
  const Geometry geometry(options);
  os::reserve(file.fd(), geometry.bytes(), what);
  os::Mapping mapping(file.fd(), geometry.bytes(), os::Open::read_write, what);
  const QueueIdentity identity = identity_of(options, file.fd(), what);
  std::memcpy(mapping.data(), &identity, sizeof identity);
  format(QueueMemory(mapping.data(), geometry));
  os::Fd fd = os::reopen(file.fd(), what);
  fault_point(FaultPoint::queue_made);
  if (name != nullptr) file.publish(false, what);
  return {std::move(fd), std::move(mapping), options};
}

QueueFile examine_queue(const os::Fd& fd, std::string_view name) {
  const os::FileStatus status = os::status(fd, name);
  // Read into private memory: through a mapping it could change, or the file become shorter, meanwhile.
  QueueIdentity identity{};
  if (os::read_at(fd, std::as_writable_bytes(std::span(&identity, 1)), 0, name) != sizeof identity)
    refuse(name, "it is too short");
  if (identity.magic != kQueueMagic) refuse(name, "it does not begin as one");
  if (identity.version != kQueueVersion) refuse(name, "it was made by another version of shmkit");
  if (identity.check != check_of(identity)) refuse(name, "its head is damaged");
  QueueFile found;
  found.options = {identity.capacity,     identity.message_bytes,  identity.priorities,
                   identity.participants, identity.unacknowledged, 0};
  if (!fault_of(found.options).empty() || status.size != Geometry(found.options).bytes())
    refuse(name, "its size is not what its head says");
  // A copy of the bytes in another file was made by somebody else, to be kept.
  if (identity.owner > 0 && identity.inode == status.inode) {
    found.owner =
        ProcessIdentity{identity.owner, identity.owner_namespace, identity.owner_start, identity.owner_boot};
  }
  return found;
}

Segment open_segment(const Name& name) {
  os::Fd fd = open_own(name);
  const MessageQueueOptions options = examine_queue(fd, name.text()).options;
  os::Mapping mapping(fd, Geometry(options).bytes(), os::Open::read_write, name.text());
  return {std::move(fd), std::move(mapping), options};
}

}  // namespace shmkit::messages

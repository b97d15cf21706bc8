#include "array/names.hpp"

#include <fmt/format.h>

#include <shmkit/array.hpp>

#include "array/locate.hpp"
#include "os/name_hold.hpp"
#include "os/unnamed_file.hpp"

namespace shmkit {
namespace {

constexpr const char* kSharedMemory = "/dev/shm";

ArrayInfo info_with_birth(const Name& name) {
  Located located = locate(name, os::Open::read_only);
  located.info.created = os::birth_time(located.fd);
  return located.info;
}

ListEntry entry(const Name& name) {
  try {
    return {name, info_with_birth(name), std::nullopt};
  } catch (const Error& e) {
    return {name, std::nullopt, e};
  }
}

}  // namespace

std::string_view shared_leaf(const Name& name) noexcept {
  const std::string_view path = name.path();
  const auto slash = path.rfind('/');
  return path.substr(0, slash) == kSharedMemory ? path.substr(slash + 1) : std::string_view();
}

bool belongs_to_pool(const Name& name) noexcept {
  const auto leaf = shared_leaf(name);
  return leaf.starts_with(kPoolFiles) || leaf.starts_with(kJobFiles);
}

bool is_queue_file(const Name& name) noexcept { return shared_leaf(name).starts_with(kQueueFiles); }

void require_free_for_arrays(const Name& name) {
  if (is_queue_file(name)) {
    throw Error(Errc::usage,
                fmt::format("'{}' cannot be an array: files of message queues are called so", name.text()),
                "choose another name");
  }
  if (belongs_to_pool(name)) {
    throw Error(Errc::usage,
                fmt::format("'{}' cannot be an array: files of pools are called so", name.text()),
                "choose another name");
  }
  if (os::is_temporary_name(shared_leaf(name))) {
    throw Error(Errc::usage,
                fmt::format("'{}' cannot be an array: those that are being made are called so", name.text()),
                "choose another name");
  }
}

ArrayInfo info(const Name& name) { return info_with_birth(name); }

namespace {

void refuse_pool_files(const Name& name) {
  if (!belongs_to_pool(name)) return;
  throw Error(Errc::not_an_array, fmt::format("'{}' is not an array: it is a file of a pool", name.text()),
              "`shmtool pool stop` ends a pool, `shmtool gc` takes back what a dead one left");
}

void refuse_queue_files(const Name& name) {
  if (!is_queue_file(name) || !os::identify(name.path())) return;
  throw Error(Errc::not_an_array, fmt::format("'{}' is not an array: it is a message queue", name.text()),
              "whoever has it open keeps it: delete it with --force");
}

}  // namespace

void remove(const Name& name, bool force) {
  refuse_pool_files(name);
  if (!force) refuse_queue_files(name);
  if (!force) info(name);
  const os::NameHold held(name.path());
  os::unlink_file(name.path(), name.text());
}

std::vector<ListEntry> list() {
  std::vector<ListEntry> entries;
  for (const auto& leaf : os::directory_entries(kSharedMemory)) {
    const Name name = Name::parse("shm://" + leaf);
    if (belongs_to_pool(name) || is_queue_file(name)) continue;
    ListEntry found = entry(name);
    const bool vanished = found.error && found.error->errc() == Errc::not_found;
    if (!vanished) entries.push_back(std::move(found));
  }
  return entries;
}

}  // namespace shmkit

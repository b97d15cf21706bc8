#include <shmkit/array.hpp>

#include "array/locate.hpp"

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

ArrayInfo info(const Name& name) { return info_with_birth(name); }

void remove(const Name& name, bool force) {
  if (!force) info(name);
  os::unlink_file(name.path(), name.text());
}

std::vector<ListEntry> list() {
  std::vector<ListEntry> entries;
  for (const auto& leaf : os::directory_entries(kSharedMemory)) {
    ListEntry found = entry(Name::parse("shm://" + leaf));
    const bool vanished = found.error && found.error->errc() == Errc::not_found;
    if (!vanished) entries.push_back(std::move(found));
  }
  return entries;
}

}  // namespace shmkit

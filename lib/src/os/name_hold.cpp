#include "os/name_hold.hpp"

#include <chrono>
#include <thread>

#include <shmkit/error.hpp>

#include "os/lock.hpp"

namespace shmkit::os {

bool NameHold::try_hold(const NamedFile& file) {
  try {
    return !file.writable() || try_lock(file.fd(), kNameByte);
  } catch (const Error&) {  // A file system without locks.
    return true;
  }
}

NameHold::NameHold(const std::string& path) {
  constexpr int kAttempts = 1000;
  for (int i = 0; i < kAttempts; ++i) {
    auto file = NamedFile::open(path);
    if (!file || !in_memory(file->fd())) return;
    if (try_hold(*file) && file->is_named()) {
      fd_ = std::move(*file).release();
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace shmkit::os

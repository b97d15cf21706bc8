#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "helpers/child.hpp"
#include "helpers/test_name.hpp"
#include "os/file.hpp"
#include "os/lock.hpp"
#include "pool/segment_names.hpp"

namespace shmkit::test {

/// A file of a named pool, as a process leaves it: no content that anybody looks at. Gone when this goes.
class Segment {
 public:
  explicit Segment(std::string path) : path_(std::move(path)) { make(); }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  void make() const { std::ofstream(path_) << std::string(5000, 's'); }
  const std::string& path() const { return path_; }
  std::string leaf() const { return std::filesystem::path(path_).filename().string(); }
  bool exists() const { return std::filesystem::exists(std::filesystem::symlink_status(path_)); }

 private:
  std::string path_;
};

inline std::string pool_name() {
  static int next = 0;
  return name_prefix() + "pool." + std::to_string(next++);
}

/// A child that holds a lock on [begin, begin + size) of a file, as whoever lives in a pool does.
class Resident {
 public:
  explicit Resident(const std::string& path, std::uint64_t begin, std::uint64_t size = 1)
      : child_([=, this] {
          const os::Fd fd = os::open_existing(path, os::Open::read_write, os::Links::refuse, path);
          const char byte = os::try_lock(fd, begin, size) ? 'r' : 'x';
          if (::write(ready_.fds[1], &byte, 1) != 1) return 1;
          for (;;) ::pause();
        }) {
    char byte = 0;
    if (::read(ready_.fds[0], &byte, 1) != 1 || byte != 'r') throw std::runtime_error("no lock is to be had");
  }

  void kill() {
    child_.send(SIGKILL);
    child_.wait();
  }
  void stop() const { child_.send(SIGSTOP); }

 private:
  struct Pipe {
    int fds[2] = {-1, -1};
    Pipe() {
      if (::pipe(fds) != 0) throw std::runtime_error("no pipe is to be had");
    }
    ~Pipe() {
      ::close(fds[0]);
      ::close(fds[1]);
    }
  };
  Pipe ready_;
  ChildProcess child_;
};

}  // namespace shmkit::test

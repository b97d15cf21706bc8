#pragma once

#include <list>

#include <functional>

#include "os/fd.hpp"

namespace shmkit::os {

/// An open descriptor that children do not have: when fork(2) returns in a child, theirs is closed. So a lock
/// taken through it (os/lock.hpp) is the lock of one process.
///
/// Other ways to make a process that shares descriptors (clone(2), vfork(2)) pass this by.
class UnsharedFd {
 public:
  /// Of what `open` opens: no fork comes between that and here. Throws what it throws, Error, std::bad_alloc.
  explicit UnsharedFd(const std::function<Fd()>& open);
  UnsharedFd(const UnsharedFd&) = delete;
  UnsharedFd& operator=(const UnsharedFd&) = delete;
  ~UnsharedFd();

  const Fd& fd() const noexcept { return *place_; }
  /// False in a child of the process that opened it.
  bool is_open() const noexcept { return static_cast<bool>(*place_); }

 private:
  std::list<Fd>::iterator place_;
};

}  // namespace shmkit::os

#pragma once

#include <sys/types.h>

#include <functional>

namespace shmkit::bench {

/// A forked process that runs `body`, and dies with this one at the latest. The destructor waits for its end:
/// whoever has a partner tells it to end before.
class Partner {
 public:
  explicit Partner(const std::function<void()>& body);
  ~Partner();
  Partner(const Partner&) = delete;
  Partner& operator=(const Partner&) = delete;

 private:
  pid_t pid_;
};

/// Ends the program where a rival cannot be set up: nothing is measured then.
void require(bool good, const char* what);

}  // namespace shmkit::bench

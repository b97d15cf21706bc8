#pragma once

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "helpers/child.hpp"
#include "messages/fault_point.hpp"

namespace shmkit::test {

using messages::FaultPoint;

/// This process dies when it gets to `point` and has passed it `skip` times.
class Doomed {
 public:
  explicit Doomed(FaultPoint point, int skip = 0) {
    point_ = point;
    skip_ = skip;
    messages::fault_hook = [](FaultPoint reached) {
      if (reached != point_ || skip_-- > 0) return;
      for (;;) ::kill(::getpid(), SIGKILL);
    };
  }
  ~Doomed() { messages::fault_hook = nullptr; }
  Doomed(const Doomed&) = delete;
  Doomed& operator=(const Doomed&) = delete;

 private:
  static inline FaultPoint point_{};
  static inline int skip_ = 0;
};

/// Runs `body` in a child. True if it has died at that point.
inline bool dies_at(FaultPoint point, const std::function<void()>& body, int skip = 0) {
  return in_child([&] {
           const Doomed doomed(point, skip);
           body();
           return 0;
         }).signal == SIGKILL;
}

}  // namespace shmkit::test

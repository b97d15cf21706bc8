#include "os/stop_signals.hpp"

#include <atomic>
#include <cerrno>

namespace shmkit::os {
namespace {

std::atomic<const Event*> ringing{nullptr};
std::atomic<unsigned> count{0};
std::atomic<int> latest{0};
static_assert(std::atomic<const Event*>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free,
              "a signal handler must not wait for a lock");

// Relaxed: a handler runs in the thread that it interrupts, which looks at the count after the event rang.
void handle(int number) {
  const int error = errno;
  latest.store(number, std::memory_order_relaxed);
  count.fetch_add(1, std::memory_order_relaxed);
  if (const Event* const event = ringing.load(std::memory_order_relaxed)) event->signal();
  errno = error;
}

}  // namespace

StopSignals::StopSignals(const Inheritance& inheritance, const Event& event) noexcept {
  count = 0;
  ringing = &event;
  struct sigaction action {};
  action.sa_handler = handle;  // Without SA_RESTART: a write that waits for its reader must end.
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], inheritance.ignores(kSignals[i]) ? nullptr : &action, &before_[i]);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
  ringing = nullptr;
}

unsigned StopSignals::wishes() noexcept { return count.load(std::memory_order_relaxed); }
int StopSignals::last() noexcept { return latest.load(std::memory_order_relaxed); }

}  // namespace shmkit::os

#include "os/signal_bell.hpp"

#include <csignal>

namespace shmkit::os {
namespace {

std::atomic<std::atomic<std::uint32_t>*> ringing{nullptr};
std::atomic<unsigned> wishes{0};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free && std::atomic<unsigned>::is_always_lock_free,
              "a signal handler must not wait for a lock");

void handle(int number) {
  if (number != SIGCHLD) wishes.fetch_add(1, std::memory_order_relaxed);
  ringing.load(std::memory_order_relaxed)->fetch_add(1, std::memory_order_seq_cst);
}

void install(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

void ring_on_signals(std::atomic<std::uint32_t>& bell) noexcept {
  ringing = &bell;
  for (const int number : {SIGCHLD, SIGTERM, SIGINT}) install(number, handle);
}

unsigned wishes_to_end() noexcept { return wishes.load(std::memory_order_relaxed); }

void leave_signals_to_parent() noexcept {
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP}) install(number, SIG_IGN);
  install(SIGCHLD, SIG_DFL);
}

}  // namespace shmkit::os

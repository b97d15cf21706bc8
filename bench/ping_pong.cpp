#include "ping_pong.hpp"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>
#include <new>

namespace shmkit::bench {
namespace {

constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

PingPong::Mapping PingPong::map() {
  void* at = ::mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(at != MAP_FAILED, "mmap");
  return Mapping(new (at) Words);
}

void PingPong::Unmap::operator()(Words* words) const { ::munmap(words, sizeof(Words)); }

PingPong::PingPong(Waiting waiting) : waiting_(waiting), words_(map()), partner_([this] { serve(); }) {}

PingPong::~PingPong() { put(words_->question, kEnd); }

bool PingPong::round_trip() {
  const std::uint32_t before = words_->answer.load(std::memory_order_relaxed);
  put(words_->question, ++asked_);
  return wait_until_changed(words_->answer, before) == answer_to(asked_);
}

void PingPong::serve() const {
  for (std::uint32_t seen = 0;;) {
    seen = wait_until_changed(words_->question, seen);
    if (seen == kEnd) return;
    put(words_->answer, answer_to(seen));
  }
}

void PingPong::put(std::atomic<std::uint32_t>& word, std::uint32_t value) const {
  word.store(value, std::memory_order_release);
  if (waiting_ == Waiting::sleeping) ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::uint32_t PingPong::wait_until_changed(const std::atomic<std::uint32_t>& word, std::uint32_t seen) const {
  for (;;) {
    const std::uint32_t now = word.load(std::memory_order_acquire);
    if (now != seen) return now;
    if (waiting_ == Waiting::sleeping)
      ::syscall(SYS_futex, &word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
    else
      relax();
  }
}

}  // namespace shmkit::bench

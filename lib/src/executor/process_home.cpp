#include "executor/process_home.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "executor/worker.hpp"
#include "os/futex.hpp"
#include "pool/bells.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::executor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPeriod{50};
// Everything that concerns the supervisor wakes it.
constexpr std::chrono::milliseconds kIdleWait{10'000};
// Where there was no process to be had for a vacancy.
constexpr std::chrono::milliseconds kTryAgain{500};
// For workers that have nothing to do, and for the supervisor to see them go.
constexpr std::chrono::milliseconds kLeave{2000};
constexpr std::chrono::milliseconds kPatience{5000};

// What the buffers hold would be written once more by every worker.
void flush_output() {
  std::cout.flush();
  std::fflush(nullptr);
}

}  // namespace

ProcessHome::ProcessHome(unsigned workers, unsigned retries)
    : workers_(workers),
      retries_(retries),
      process_(os::process_id()),
      bytes_(ExecutorMemory::bytes(workers)),
      memory_(bytes_.data(), workers),
      crew_(memory_.pool(),
            [this](queue::Owner me) {
              serve(memory_, me, [this] { crew_.event().signal(); });
              flush_output();
            }),
      vain_deaths_(memory_.pool()) {
  bytes_.ensure(0, bytes_.size());
  flush_output();
  supervisor_ = os::Child::fork([this] { supervise(); });
  lifeline_.watch();
  try {
    wait_until_ready();
  } catch (...) {
    stop();
    throw;
  }
}

void ProcessHome::wait_until_ready() {
  auto& life = memory_.office().life;
  while (life.load(std::memory_order_acquire) == kStarting && !lost())
    os::futex_wait(life, kStarting, kPeriod);
  if (life.load(std::memory_order_acquire) != kReady) throw why_lost();
}

Error ProcessHome::why_lost() const {
  const Office& office = memory_.office();
  if (office.life.load(std::memory_order_acquire) == kFailed)
    return {office.errc.load(std::memory_order_relaxed), office.message.get(), office.hint.get()};
  return {Errc::pool_lost, "the workers are gone: somebody has killed the process that looks after them",
          "start another pool; is memory short? see `dmesg`"};
}

void ProcessHome::stop() noexcept {
  if (!supervisor_ || os::process_id() != process_) return;
  memory_.office().stop.store(1, std::memory_order_release);
  pool::ring_workers(memory_.pool(), 0, workers_);
  crew_.event().signal();
  if (!lifeline_.all_gone(kPatience)) supervisor_.kill();
  supervisor_.reap();
  lifeline_.all_gone(kPatience);
}

void ProcessHome::set_life(Life life) noexcept {
  memory_.office().life.store(life, std::memory_order_release);
  os::futex_wake(memory_.office().life, 1);
}

void ProcessHome::supervise() {
  lifeline_.hold();
  try {
    watch_crew();
  } catch (const Error& e) {
    Office& office = memory_.office();
    office.message.put(e.what());
    office.hint.put(e.hint());
    office.errc.store(e.errc(), std::memory_order_relaxed);
    set_life(kFailed);
  }
  crew_.kill_all();
}

void ProcessHome::watch_crew() {
  crew_.fill_vacancies();
  for (bool ready = false;;) {
    if (!ready && crew_.all_ready()) {
      ready = true;
      set_life(kReady);
    }
    const bool complete = crew_.living() == crew_.size();
    const auto deaths = crew_.wait(complete ? kIdleWait : kTryAgain);
    if (memory_.office().stop.load(std::memory_order_acquire) != 0) return let_all_leave();
    if (!deaths.empty()) replace(deaths);
    crew_.fill_vacancies();
  }
}

void ProcessHome::replace(const std::vector<pool::Death>& deaths) {
  const auto now = Clock::now();
  for (const pool::Death& death : deaths) {
    const std::uint32_t held = TaskTable(memory_).recover(death.owner, retries_, death.cause);
    vain_deaths_.add(held == 0 ? 1 : 0, now);
  }
  pool::ring_workers(memory_.pool(), 0, workers_);
  announce_all(memory_);
  vain_deaths_.refresh(now);
  if (vain_deaths_.excess() > 0) {
    throw Error(Errc::pool_lost, "workers die again and again before they do anything",
                "is memory short? see `dmesg`");
  }
}

void ProcessHome::let_all_leave() {
  const auto end = Clock::now() + kLeave;
  while (crew_.living() > 0 && Clock::now() < end) crew_.wait(kPeriod);
}

}  // namespace shmkit::executor

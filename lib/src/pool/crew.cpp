#include "pool/crew.hpp"

#include <algorithm>

#include "pool/bells.hpp"
#include "queue/fault_point.hpp"

namespace shmkit::pool {

std::string text(queue::Cause cause) {
  if (cause.ending == queue::Ending::timed_out) return "took too long for one chunk";
  return os::ExitStatus{cause.ending == queue::Ending::signal, cause.value}.text();
}

Crew::Crew(PoolMemory pool, std::function<void(queue::Owner)> body)
    : pool_(pool),
      body_(std::move(body)),
      children_(pool.workers()),
      incarnations_(pool.workers()),
      stuck_(pool.workers()) {}

Crew::~Crew() { kill_all(); }

std::uint32_t Crew::living() const noexcept {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(children_, [](const os::Child& child) { return bool(child); }));
}

std::vector<int> Crew::pids() const {
  std::vector<int> pids;
  for (const auto& child : children_) {
    if (child) pids.push_back(child.pid());
  }
  return pids;
}

void Crew::fill_vacancies() {
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    if (children_[slot]) continue;
    try {
      start(slot);
    } catch (const Error&) {
      // The others can do the work; nobody can do it if there are none.
      if (living() == 0) throw;
    }
  }
}

void Crew::start(std::uint32_t slot) {
  incarnations_[slot] = (incarnations_[slot] + 1) & queue::kIncarnationMask;
  stuck_[slot] = false;
  const queue::Owner me = owner(slot);
  children_[slot] = os::Child::fork([this, me] { body_(me); });
  queue::fault_point(queue::FaultPoint::worker_forked);
}

bool Crew::all_ready() const noexcept {
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    if (children_[slot] && pool_.worker(slot).state.load(std::memory_order_acquire) == WorkerState::vacant)
      return false;
  }
  return true;
}

std::vector<Death> Crew::wait(std::chrono::milliseconds timeout) {
  std::vector<int> descriptors;
  for (const auto& child : children_) descriptors.push_back(child.pidfd());
  descriptors.push_back(event_.descriptor());
  std::vector<Death> deaths;
  for (const std::size_t ready : os::wait_readable(descriptors, timeout)) {
    if (ready < children_.size()) {
      deaths.push_back(bury(static_cast<std::uint32_t>(ready)));
    } else {
      event_.clear();
    }
  }
  return deaths;
}

Death Crew::bury(std::uint32_t slot) noexcept {
  const os::ExitStatus status = children_[slot].reap();
  queue::fault_point(queue::FaultPoint::worker_reaped);
  pool_.worker(slot).state.store(WorkerState::vacant, std::memory_order_relaxed);
  forget_sleeper(pool_, pool_.worker(slot));
  const auto ending = stuck_[slot]       ? queue::Ending::timed_out
                      : status.signalled ? queue::Ending::signal
                                         : queue::Ending::exit_code;
  return {owner(slot), {ending, static_cast<std::uint8_t>(status.value)}};
}

void Crew::kill_stuck(std::uint32_t slot) noexcept {
  stuck_[slot] = true;
  children_[slot].kill();
}

std::vector<Death> Crew::kill_all() {
  std::vector<Death> deaths;
  for (const auto& child : children_) child.kill();
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    if (children_[slot]) deaths.push_back(bury(slot));
  }
  return deaths;
}

}  // namespace shmkit::pool

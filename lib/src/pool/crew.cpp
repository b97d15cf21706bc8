#include "pool/crew.hpp"

#include <algorithm>

#include "pool/worker.hpp"

namespace shmkit::pool {

Crew::Crew(Control control, std::uint32_t size) : control_(control), children_(size), incarnations_(size) {}

Crew::~Crew() { kill_all(); }

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
      if (std::ranges::none_of(children_, [](const os::Child& child) { return bool(child); })) throw;
    }
  }
}

void Crew::start(std::uint32_t slot) {
  incarnations_[slot] = (incarnations_[slot] + 1) & queue::kIncarnationMask;
  control_.slot(slot).state.store(SlotState::vacant, std::memory_order_relaxed);
  const queue::Owner owner{slot, incarnations_[slot]};
  children_[slot] = os::Child::fork([this, owner] { worker_main(control_, owner, event_); });
}

bool Crew::all_ready() const noexcept {
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    if (children_[slot] && control_.slot(slot).state.load(std::memory_order_acquire) == SlotState::vacant)
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
  return {{slot, incarnations_[slot]}, children_[slot].reap()};
}

void Crew::kill_all() noexcept {
  for (const auto& child : children_) child.kill();
  for (std::uint32_t slot = 0; slot < size(); ++slot) {
    if (children_[slot]) bury(slot);
  }
}

}  // namespace shmkit::pool

#include "pool/vain_deaths.hpp"

namespace shmkit::pool {
namespace {

constexpr std::uint64_t kBearable = 30;
constexpr std::chrono::seconds kCalm{1};

}  // namespace

void VainDeaths::add(std::uint64_t deaths, Clock::time_point now) noexcept {
  count_ += deaths;
  if (deaths > 0) last_ = now;
}

void VainDeaths::refresh(Clock::time_point now) noexcept {
  std::uint64_t executed = 0;
  for (std::uint32_t i = 0; i < pool_.workers(); ++i)
    executed += pool_.worker(i).executed.load(std::memory_order_relaxed);
  if (executed != executed_ || now - last_ > kCalm) count_ = 0;
  executed_ = executed;
}

std::uint64_t VainDeaths::excess() const noexcept {
  const std::uint64_t bearable = 2 * std::uint64_t{pool_.workers()} + kBearable;
  return count_ > bearable ? count_ - bearable : 0;
}

}  // namespace shmkit::pool

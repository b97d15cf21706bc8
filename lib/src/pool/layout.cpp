#include "pool/layout.hpp"

#include <cstring>

namespace shmkit::pool {

// Release on every word: a reader that meets a word of the next description also meets the withdrawn epoch.
void JobBoard::write(const JobDescription& job) noexcept {
  std::array<std::uint64_t, kWords> copy{};
  std::memcpy(copy.data(), &job, sizeof(job));
  for (std::size_t i = 0; i < kWords; ++i) words_[i].store(copy[i], std::memory_order_release);
}

std::uint32_t JobBoard::read(JobDescription& job) const noexcept {
  for (;;) {
    const std::uint32_t before = epoch();  // Acquire: "job description and fresh words".
    if (before == 0) return 0;
    std::array<std::uint64_t, kWords> copy{};
    for (std::size_t i = 0; i < kWords; ++i) copy[i] = words_[i].load(std::memory_order_acquire);
    if (epoch() != before) continue;
    std::memcpy(static_cast<void*>(&job), copy.data(), sizeof(job));
    return before;
  }
}

}  // namespace shmkit::pool

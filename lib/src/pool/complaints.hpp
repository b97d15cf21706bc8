#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "kernels/kernel.hpp"
#include "pool/shared_text.hpp"

namespace shmkit::pool {

/// What the kernel said about chunks that it could not do. The first few are kept; the place of a chunk's
/// text stands in its poison word. A worker that dies on the way leaves a text that nobody refers to.
class Complaints {
 public:
  static constexpr std::uint8_t kTexts = 8;

  /// Before a job.
  void forget() noexcept { taken_.store(0, std::memory_order_relaxed); }

  /// By any worker. Gives the place; kTexts: there was none left.
  std::uint8_t add(const kernel::Complaint& complaint) noexcept {
    const std::uint32_t place = taken_.load(std::memory_order_relaxed) < kTexts
                                    ? taken_.fetch_add(1, std::memory_order_relaxed)
                                    : kTexts;
    if (place >= kTexts) return kTexts;
    texts_[place].put(complaint.text.data());
    return static_cast<std::uint8_t>(place);
  }

  /// Of a place that stood in a poison word.
  std::string get(std::uint8_t place) const {
    return place < kTexts ? texts_[place].get() : "the kernel could not do it, as others before";
  }

 private:
  std::atomic<std::uint32_t> taken_;
  std::array<SharedText<kernel::Complaint::kBytes>, kTexts> texts_;
};

}  // namespace shmkit::pool

#pragma once

#include <atomic>
#include <cstdint>

namespace shmkit::os {

/// A moment between two looks, good for the other thread of this core.
void relax() noexcept;

/// Looks at `word` for some microseconds. True as soon as it differs from `seen`.
/// Short, because on a full machine whoever is to change it may need this very CPU.
bool spin_until_changed(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept;

}  // namespace shmkit::os

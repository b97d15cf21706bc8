#pragma once

#include <cstddef>
#include <cstdint>

namespace shmkit::kernel {

/// Asks for the cache lines that a loop will want some 4 KiB after the `bytes` at `from`, which may lie
/// beyond the array's end. The hardware's prefetchers stop at every page. Into the second cache: the buffers
/// through which lines come into the first one are few, and the loop's own loads need them. Over memory, on
/// two cores at once, a maximum runs 5 % faster than with 2 KiB into the first cache, a sum 15 %.
inline void prefetch_ahead(const void* from, std::size_t bytes) noexcept {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kAhead = 4096;
  constexpr int kSecondCache = 2;
  const auto start = reinterpret_cast<std::uintptr_t>(from) + kAhead;
  for (std::size_t at = 0; at < bytes; at += kLine)
    __builtin_prefetch(reinterpret_cast<const void*>(start + at), 0, kSecondCache);
}

}  // namespace shmkit::kernel

#pragma once

namespace shmkit::queue {

/// Brings a cache line in, to be written to soon: owned at once, where a look at it first would bring it in
/// twice. Does nothing where `address` is not mapped.
inline void prefetch_to_write(const void* address) noexcept {
#if defined(__x86_64__)
  // Compilers use it only for processors that must have it; all 64-bit ones pass over it if they have not.
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

}  // namespace shmkit::queue

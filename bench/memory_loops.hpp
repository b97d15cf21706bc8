#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// What memory allows: loops that load, store, or do both, and next to nothing else, with the widest vectors
// of the machine. Threads, this one included, share the bytes in equal parts.
namespace shmkit::bench {

/// Non-temporal stores do not read a cache line before they write it, and leave nothing in the caches.
enum class Stores { plain, non_temporal };

/// Reads every byte. Returns the xor of all 64-bit words (a tail of up to 7 bytes is left out). Requires:
/// data aligned for them.
std::uint64_t load_only(std::span<const std::byte> bytes, unsigned threads);

/// Writes `word` to everywhere. Requires: whole pages.
void store_only(std::span<std::byte> to, std::uint64_t word, Stores stores, unsigned threads);

/// Copies all of `from`. Requires: whole pages; `to` has as many bytes.
void copy_bytes(std::span<const std::byte> from, std::span<std::byte> to, Stores stores, unsigned threads);

}  // namespace shmkit::bench

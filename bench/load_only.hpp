#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shmkit::bench {

/// Reads every byte and does next to nothing with it: what memory allows. Threads share the bytes in equal
/// parts. Returns the xor of all 64-bit words (a tail of up to 7 bytes is left out). Requires: data aligned
/// for them.
std::uint64_t load_only(std::span<const std::byte> bytes, unsigned threads);

}  // namespace shmkit::bench

#pragma once

#include <cstddef>
#include <span>

namespace shmkit::npy {

/// Reverses the bytes within each `unit` bytes of `bytes`.
/// Requires: unit > 0, bytes.size() % unit == 0.
void swap_bytes(std::span<std::byte> bytes, std::size_t unit) noexcept;

}  // namespace shmkit::npy

#pragma once

#include <array>
#include <cstddef>

#include "kernels/kernel.hpp"

// What all maps have in common: operands of mixed kinds, a result of another kind, and working in place.
namespace shmkit::kernel {

/// Elements of one kind to compute. `out` is one of `in`, or overlaps neither.
struct Block {
  std::array<const std::byte*, 2> in{};
  std::byte* out = nullptr;
  std::size_t count = 0;
  const Params* params = nullptr;

  template <class T>
  const T* operand(std::size_t i) const noexcept {
    return reinterpret_cast<const T*>(in[i]);
  }
  template <class T>
  T* result() const noexcept {
    return reinterpret_cast<T*>(out);
  }
};

/// A function of one or two elements.
struct Elementwise {
  std::size_t arrays = 1;
  Kind computed = Kind::float64;  ///< What `apply` reads.
  Kind applied = Kind::float64;   ///< What `apply` writes.
  Kind result = Kind::float64;    ///< What that is rounded to, before it is converted to the kind of `out`.
  void (*apply)(Kind computed, const Block&) noexcept = nullptr;
};

/// Applies it to a chunk: at once where no kind differs, else in blocks that stay in the first cache. In
/// place means that `out` is one of the operands.
void map_elements(const ChunkInput& in, const Elementwise& function) noexcept;

/// Kernels of two arrays: whether arrays of these kinds have a computable kind in common, and which.
bool can_promote(const std::array<Kind, 2>& kinds);
Kind promoted_kind(const std::array<Kind, 2>& kinds, const Params& params);

}  // namespace shmkit::kernel

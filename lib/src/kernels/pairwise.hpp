#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shmkit::kernel {

/// Merges values in the order in which they come as a balanced tree, so that rounding errors grow with the
/// logarithm of their number and the result depends on their order alone.
///
/// `Merge` is called with an earlier and a later value. Fewer than 2^48 values.
template <class T, class Merge>
class Pairwise {
 public:
  void add(T value) noexcept {
    std::size_t level = 0;
    for (; (count_ >> level & 1U) != 0; ++level) value = Merge()(tree_[level], value);
    tree_[level] = value;
    ++count_;
  }

  /// Requires: there was a value.
  T total() const noexcept {
    std::size_t level = 0;
    while ((count_ >> level & 1U) == 0) ++level;
    T sum = tree_[level];
    while (count_ >> ++level != 0) {
      if ((count_ >> level & 1U) != 0) sum = Merge()(tree_[level], sum);
    }
    return sum;
  }

 private:
  // Invariant: where bit `level` of count_ is set, tree_[level] is the merger of 2^level values, later than
  // those of the levels above.
  std::array<T, 48> tree_{};
  std::uint64_t count_ = 0;
};

}  // namespace shmkit::kernel

#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>

namespace shmkit {

namespace detail {

/// Shared memory without a name.
class SharedBytes {
 public:
  explicit SharedBytes(std::size_t size);  ///< Zeroed, and reserved. Throws Error.
  SharedBytes(SharedBytes&&) noexcept;
  SharedBytes& operator=(SharedBytes&&) noexcept;
  ~SharedBytes();

  std::byte* data() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace detail

/// Elements that this process and all that it forks later share, at the same address: what the tasks of a
/// ProcessExecutor write into, and leave results in that are larger than a task may return.
///
/// For numbers, plain structs of them and std::atomic: of an element that is all zero bytes at first, and
/// that no destructor is called for. Its space is reserved: no SIGBUS later. The kernel frees it with the
/// last process that has it mapped; it has no name, so nothing can be left behind. Requires: it is made
/// before the pool.
///
/// Distinct elements may be written concurrently, by anybody.
template <class T>
class SharedBuffer {
  static_assert(std::is_trivially_copyable_v<T>,
                "other processes see the bytes of an element, not what it owns");
  static_assert(alignof(T) <= 4096);

 public:
  /// Throws Error (no_space).
  explicit SharedBuffer(std::size_t size) : bytes_(bytes_of(size)), size_(size) {}

  std::span<T> span() noexcept { return {reinterpret_cast<T*>(bytes_.data()), size_}; }
  std::span<const T> span() const noexcept { return {reinterpret_cast<const T*>(bytes_.data()), size_}; }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) noexcept { return span()[i]; }
  const T& operator[](std::size_t i) const noexcept { return span()[i]; }

 private:
  // What cannot be counted is more than there is.
  static std::size_t bytes_of(std::size_t size) noexcept {
    constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
    return size > kMost / sizeof(T) ? kMost : size * sizeof(T);
  }

  detail::SharedBytes bytes_;
  std::size_t size_;
};

}  // namespace shmkit

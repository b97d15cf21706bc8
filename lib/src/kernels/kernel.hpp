#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <shmkit/dtype.hpp>
#include <shmkit/run.hpp>
#include <shmkit/value.hpp>

// What a kernel is. Kernels are pure functions on spans: no system calls, no allocation in run(), nothing
// shared but what they are given, so that they run alike in a thread, in a worker process and on a private
// copy.
namespace shmkit::kernel {

/// The arguments of a job, parsed once: the same bytes for every chunk and every process.
class Params {
 public:
  template <class T>
  void set(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= kBytes);
    std::memcpy(bytes_.data(), &value, sizeof(T));
  }
  /// Of whatever bytes: they come from another process.
  template <class T>
  T get() const noexcept {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= kBytes);
    if constexpr (std::is_same_v<T, bool>) return bytes_[0] != std::byte{0};
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    return value;
  }

 private:
  static constexpr std::size_t kBytes = 64;
  alignas(16) std::array<std::byte, kBytes> bytes_{};
};

/// One chunk, as run() sees it.
struct ChunkInput {
  Kind kind = Kind::float64;
  std::uint64_t size = 0;     ///< Elements in the whole array.
  std::uint64_t begin = 0;    ///< Flat index of the chunk's first element.
  std::uint64_t end = 0;      ///< One past its last. begin < end, except for the one chunk of an empty array.
  std::byte* data = nullptr;  ///< The element at `begin`, aligned for its type. Only generators write.
  const Params* params = nullptr;
  std::byte* partial = nullptr;  ///< partial_bytes() bytes, to be written in full. Aligned to 8 bytes if
                                 ///< there are at most 8, else to 16.
};

/// All chunks of a job, as combine() sees them.
struct Partials {
  Kind kind = Kind::float64;
  std::uint64_t size = 0;    ///< Elements in the whole array; 0 is possible.
  std::uint64_t chunks = 0;  ///< At least 1.
  const std::byte* data = nullptr;
  std::size_t stride = 0;  ///< Bytes from one chunk's partial to the next one's.

  template <class T>
  T at(std::uint64_t chunk) const noexcept {
    T value;
    std::memcpy(&value, data + chunk * stride, sizeof(T));
    return value;
  }
};

/// A kernel is one row of the table.
struct Kernel {
  KernelInfo info;
  bool (*accepts)(Kind) = nullptr;
  /// Bytes of a chunk's partial result, 0 for generators.
  std::size_t (*partial_bytes)(Kind) = nullptr;
  /// Checks and parses the arguments (unknown and missing ones are already refused, defaults filled in).
  /// Throws Error (usage). Null: no arguments. Reductions that have no value for no elements throw here for
  /// size 0.
  Params (*prepare)(const Arguments&, Kind, std::uint64_t size) = nullptr;
  void (*run)(const ChunkInput&) noexcept = nullptr;
  /// Combines the partials as a balanced tree by index, or by an operation that is exact; so the result
  /// depends on the partition alone. Null for generators. Empty: the partials do not decide; the job is to
  /// run `exact` instead.
  std::optional<Value> (*combine)(const Partials&) = nullptr;
  /// A slower kernel whose combine() always answers, over any partition. Not in the table.
  const Kernel* exact = nullptr;
};

/// All kernels, in the order in which they are listed. The index of a row is stable within a build.
std::span<const Kernel> table() noexcept;

/// Null if there is none.
const Kernel* find(std::string_view name) noexcept;

}  // namespace shmkit::kernel

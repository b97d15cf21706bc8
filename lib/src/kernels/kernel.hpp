#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Elements of one array. Aligned for their type.
struct Column {
  Kind kind = Kind::float64;
  std::byte* data = nullptr;

  template <class T>
  T* as() const noexcept {
    return reinterpret_cast<T*>(data);
  }
};

/// What a chunk that cannot be done says. Of itself, for run() may not throw.
struct Complaint {
  static constexpr std::size_t kBytes = 240;
  bool made = false;
  std::array<char, kBytes> text{};  ///< Cut where it is too long; ends with 0.

  void make(std::string_view what) noexcept {
    made = true;
    const std::size_t size = what.copy(text.data(), kBytes - 1);
    text[size] = 0;
  }
};

using Extents = std::span<const std::uint64_t>;

/// Who looks after a running chunk. Null: nobody does.
struct Attendance {
  const std::atomic<std::uint64_t>* job = nullptr;  ///< As long as this is `running`, the result is wanted.
  std::uint64_t running = 0;
  std::atomic<std::uint64_t>* progress = nullptr;  ///< Elements of the chunk that are done, for people.
};

/// One chunk, as run() sees it. Reductions and compute kernels have no `out`; generators, and maps in place,
/// find the elements to change in `in[0]` and `out` alike.
struct ChunkInput {
  std::uint64_t size = 0;    ///< Elements in a whole array.
  std::uint64_t begin = 0;   ///< Flat index of the chunk's first element.
  std::uint64_t end = 0;     ///< One past its last. begin < end, except for the one chunk of an empty array.
  std::array<Column, 2> in;  ///< The elements from `begin` on; as many columns as the kernel has arrays.
  Column out;
  const Params* params = nullptr;
  std::byte* partial = nullptr;    ///< partial_bytes() bytes, to be written in full. Aligned to 8 bytes if
                                   ///< there are at most 8, else to 16.
  const void* context = nullptr;   ///< The kernel's.
  Complaint* complaint = nullptr;  ///< Never null.
  /// For kernels with a context; others get null. Extents of the arrays, the output's last.
  const std::array<Extents, 3>* extents = nullptr;
  const Attendance* attendance = nullptr;

  std::uint64_t count() const noexcept { return end - begin; }
};

/// All chunks of a job, as combine() sees them.
struct Partials {
  std::array<Kind, 2> kinds{};  ///< Of the arrays.
  std::uint64_t size = 0;       ///< Elements in a whole array; 0 is possible.
  std::uint64_t chunks = 0;     ///< At least 1.
  const std::byte* data = nullptr;
  std::size_t stride = 0;  ///< Bytes from one chunk's partial to the next one's.
  const Params* params = nullptr;

  template <class T>
  T at(std::uint64_t chunk) const noexcept {
    T value;
    std::memcpy(&value, data + chunk * stride, sizeof(T));
    return value;
  }
};

/// What arrays a job has: their kinds, and how many elements each.
struct Operands {
  std::array<Kind, 2> kinds{};
  std::uint64_t size = 0;
  const void* context = nullptr;  ///< The kernel's.
};

/// A kernel is one row of the table.
struct Kernel {
  KernelInfo info;
  /// Whether it can read (generators: write) arrays of these kinds. Computable ones only.
  bool (*accepts)(const std::array<Kind, 2>&) = nullptr;
  /// Maps: the kind of array that NumPy would return. Of use for reductions too: the kind of their one
  /// number; where it is null, it is found by trying.
  Kind (*result_kind)(const std::array<Kind, 2>&, const Params&) = nullptr;
  /// Bytes of a chunk's partial result. Null: none (generators and maps).
  std::size_t (*partial_bytes)(const std::array<Kind, 2>&, const Params&) = nullptr;
  /// Checks and parses the arguments (unknown and missing ones are already refused, defaults filled in).
  /// Throws Error (usage). Null: no arguments. Reductions that have no value for no elements throw here for
  /// size 0.
  Params (*prepare)(const Arguments&, const Operands&) = nullptr;
  void (*run)(const ChunkInput&) noexcept = nullptr;
  /// Combines the partials as a balanced tree by index, or by an operation that is exact; so the result
  /// depends on the partition alone. Null where there is no result. Empty: the partials do not decide; the
  /// job is to run `exact` instead.
  std::optional<Value> (*combine)(const Partials&) = nullptr;
  /// A slower kernel whose combine() always answers, over any partition. Not in the table.
  const Kernel* exact = nullptr;
  /// Compute kernels, which have no arrays: how many items there are to do.
  std::uint64_t (*items)(const Params&) = nullptr;
  /// Elements or items that make a chunk worth its dispatch, when nobody asks for a number of chunks.
  std::uint64_t grain = std::uint64_t{1} << 16U;
  /// Name of a reduction that must be known first, unless the parameters are settled; settle() puts its
  /// result into them.
  std::string_view first = {};
  bool (*settled)(const Params&) = nullptr;
  Params (*settle)(Params, const Value&) = nullptr;  ///< Throws Error (usage).
  /// What a kernel from a plug-in needs besides.
  const void* context = nullptr;
};

/// All kernels, in the order in which they are listed. The index of a row is stable within a build.
std::span<const Kernel> table() noexcept;

/// Null if there is none.
const Kernel* find(std::string_view name) noexcept;

}  // namespace shmkit::kernel

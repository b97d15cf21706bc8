#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <shmkit/dtype.hpp>
#include <shmkit/error.hpp>
#include <shmkit/identity.hpp>
#include <shmkit/name.hpp>
#include <shmkit/shape.hpp>

namespace shmkit {

enum class Access { read_only, read_write };

/// What attach() does about a file whose space was never reserved (SharedArray's arrays are sparse).
/// `reserve` makes every page present first, so that a full file system is an Error (no_space) and
/// not a SIGBUS in the middle of the work; `keep` leaves the holes and the risk to the caller.
enum class Holes { reserve, keep };

/// The metadata formats that exist (docs/segment_format.md).
enum class TrailerKind : std::uint8_t {
  dual,       ///< 548 and 292 bytes, overlaid: what this library writes
  numpy2,     ///< 548 bytes: SharedArray 3.2.4 built against NumPy 2 headers
  numpy1,     ///< 292 bytes: SharedArray 3.1.0 and later, built against NumPy 1 headers
  legacy288,  ///< 288 bytes: SharedArray 2.0 to 3.0.0
  legacy160,  ///< 160 bytes at the end: SharedArray 0.4 to 1.0
  front160,   ///< 160 bytes before the data: SharedArray 0.1 to 0.3
};

std::string_view trailer_name(TrailerKind kind) noexcept;

/// Everything that is known about an array without mapping it. A snapshot.
struct ArrayInfo {
  Name name;
  DType dtype = Kind::float64;
  Shape shape;
  std::uint64_t nbytes = 0;      ///< Bytes of data.
  std::uint64_t file_bytes = 0;  ///< Bytes of the file, trailer included.
  std::uint64_t stored_bytes =
      0;  ///< Bytes that the file system holds for it; less than file_bytes: it has holes.
  std::uint64_t data_offset = 0;  ///< 0, or 160 for TrailerKind::front160.
  TrailerKind trailer = TrailerKind::dual;
  std::uint32_t mode = 0;   ///< Permission bits.
  std::uint32_t owner = 0;  ///< User id.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::optional<std::chrono::system_clock::time_point>
      created;  ///< Filled by info() and list() where the file system keeps it.
  std::optional<ProcessIdentity>
      owner_process;  ///< Once it is dead, gc() takes the array back. Most arrays have none: they stay.
};

/// A named N-d array, mapped into this process; the dtype is known at run time.
///
/// The name refers to one object for the whole machine: every process that attaches sees the same
/// elements, without copies. An AnyArray is a handle. Destroying it unmaps this process's view and
/// leaves the data where it is; only remove() takes the name away, and the memory goes when the last
/// handle does.
///
/// Guarantees
///   * create() makes the name appear once, complete: nobody can attach to a half-made array, and
///     a creator that dies leaves nothing (one that is killed in the instant of replacing leaves
///     a complete hidden file).
///   * The space of an array is reserved before it can be used: no SIGBUS later. Not guaranteed
///     against another process that truncates the file under us.
///   * Everything read from the file is checked before use; it is not read again afterwards.
/// Not guaranteed: any order between processes that access the same element.
///
/// Distinct handles may be used from distinct threads; const members concurrently.
/// The bytes are specified in docs/segment_format.md.
class AnyArray {
 public:
  /// Attaches to an existing array. With Access::read_only the pages really are read-only.
  /// Throws Error: not_found, not_an_array (with the reason), no_space, failed (permission and others).
  static AnyArray attach(const Name& name, Access access = Access::read_write, Holes holes = Holes::reserve);

  AnyArray(AnyArray&&) noexcept;
  AnyArray& operator=(AnyArray&&) noexcept;
  ~AnyArray();

  const ArrayInfo& info() const noexcept;
  const DType& dtype() const noexcept { return info().dtype; }
  const Shape& shape() const noexcept { return info().shape; }
  Access access() const noexcept;

  /// How many bytes of the file, rounded to pages, are in memory right now. Pages that are reserved but were
  /// never touched do not count.
  std::uint64_t resident_bytes() const;

  /// The elements in C order. Valid while this handle lives.
  std::span<const std::byte> bytes() const noexcept;
  /// Requires: access() == Access::read_write. Throws Error (usage) otherwise.
  std::span<std::byte> writable_bytes();

  /// The elements as T. Throws Error (not_an_array) if T is not the dtype's type.
  template <Element T>
  std::span<const T> elements() const;
  template <Element T>
  std::span<T> writable_elements();

 private:
  friend class ArrayDraft;
  friend AnyArray attach_located(struct Located located, Access access, Holes holes);
  struct Impl;
  explicit AnyArray(std::unique_ptr<Impl> impl) noexcept;
  void require_kind(Kind kind) const;
  std::unique_ptr<Impl> impl_;
};

struct CreateOptions {
  std::uint32_t mode = 0600;  ///< Exact, whatever the umask.
  bool replace = false;       ///< Take the name over if it is an array; its holders keep the old one.
  int owner = 0;  ///< A pid: when that process is dead, gc() may take the array back. 0: nobody's.
};

/// An array that has no name yet: reserved, zero-filled, mapped for writing.
///
/// Fill it, then publish() it: the name appears with everything in place. A draft that is destroyed,
/// or whose process dies, leaves nothing behind.
///
///     auto draft = ArrayDraft::create(Name::parse("frames"), Kind::float32, {1080, 1920});
///     std::ranges::fill(draft.array().writable_elements<float>(), 1.0F);
///     AnyArray frames = std::move(draft).publish();
class ArrayDraft {
 public:
  /// Throws Error: exists (unless options.replace), no_space, usage (rank above Shape::kMaxCreateRank, or
  /// above 19 with an owner; a size that cannot be; an owner that does not run; a name that pools have),
  /// not_an_array (replace would overwrite something else), failed.
  static ArrayDraft create(const Name& name, const DType& dtype, const Shape& shape,
                           const CreateOptions& options = {});

  ArrayDraft(ArrayDraft&&) noexcept;
  ArrayDraft& operator=(ArrayDraft&&) noexcept;
  ~ArrayDraft();

  AnyArray& array() noexcept;
  /// The open file: workers that help to fill it inherit this descriptor.
  int descriptor() const noexcept;

  /// Gives it its name. Throws Error (exists) if the name was taken meanwhile.
  AnyArray publish() &&;

 private:
  struct Impl;
  explicit ArrayDraft(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

/// Creates a zero-filled array. As ArrayDraft::create() and publish().
AnyArray create(const Name& name, const DType& dtype, const Shape& shape, const CreateOptions& options = {});

/// Reads what an array is, without mapping it or touching its data. Errors as AnyArray::attach().
ArrayInfo info(const Name& name);

/// A process that has an array mapped.
struct Attachment {
  int pid = 0;
  std::string command;
};

/// Who is attached, in whatever program: a lower bound, because processes of other users and in other PID
/// namespaces cannot be seen. Proves nothing about what may be deleted.
std::vector<Attachment> attachments(const ArrayInfo& info);

/// Whether a name is that of a file of a named pool, which is no array, and not to be deleted by hand.
bool belongs_to_pool(const Name& name) noexcept;

/// Removes the name. Whoever is attached keeps the data. Throws Error (not_found, not_an_array, failed).
/// With `force`, also what is no array (half-made leftovers, message queues), but for directories and the
/// files of pools.
void remove(const Name& name, bool force = false);

/// One name in /dev/shm: an array, or the reason why it is none.
struct ListEntry {
  Name name;
  std::optional<ArrayInfo> info;
  std::optional<Error> error;  ///< Set when info is not.
};

/// All regular files in /dev/shm by name, the damaged and foreign ones included, those of pools and message
/// queues not. Never throws for one of them.
std::vector<ListEntry> list();

/// The array with the element type known at compile time; what it is and guarantees, as AnyArray.
///
///     auto frames = Array<float>::create("frames", {1080, 1920});
///     frames(3, 7) = 1.0F;                            // seen by every process
///     auto same = Array<float>::attach("frames");     // in another process
template <Element T>
class Array {
 public:
  /// As shmkit::create(), with T's dtype.
  static Array create(std::string_view name, const Shape& shape, const CreateOptions& options = {}) {
    return Array(shmkit::create(Name::parse(name), DType(KindOf<T>::value), shape, options));
  }
  /// As AnyArray::attach(); throws Error (not_an_array) if the elements are not of type T.
  static Array attach(std::string_view name, Access access = Access::read_write) {
    return Array(AnyArray::attach(Name::parse(name), access));
  }

  const Shape& shape() const noexcept { return array_.shape(); }

  /// All elements in C order. Valid while this handle lives.
  std::span<const T> flat() const noexcept { return elements_; }
  /// Throws Error (usage) on a read-only handle.
  std::span<T> flat() { return array_.writable_elements<T>(); }

  /// The element at `index`, one index per axis.
  /// Requires: sizeof...(index) == shape().rank(), each within its extent; for writing, Access::read_write.
  template <std::convertible_to<std::uint64_t>... Index>
  const T& operator()(Index... index) const noexcept {
    return elements_[offset(index...)];
  }
  template <std::convertible_to<std::uint64_t>... Index>
  T& operator()(Index... index) {
    return const_cast<T&>(elements_[offset(index...)]);  // NOLINT: the mapping is writable.
  }

  AnyArray& any() noexcept { return array_; }

 private:
  explicit Array(AnyArray array) : array_(std::move(array)), elements_(array_.template elements<T>()) {}

  std::uint64_t offset(std::convertible_to<std::uint64_t> auto... index) const noexcept {
    std::uint64_t flat_index = 0;
    std::size_t axis = 0;
    ((flat_index = flat_index * shape().extents()[axis++] + static_cast<std::uint64_t>(index)), ...);
    return flat_index;
  }

  AnyArray array_;
  std::span<const T> elements_;
};

// Implementation details follow.

template <Element T>
std::span<const T> AnyArray::elements() const {
  require_kind(KindOf<T>::value);
  return {reinterpret_cast<const T*>(bytes().data()), shape().size()};
}

template <Element T>
std::span<T> AnyArray::writable_elements() {
  require_kind(KindOf<T>::value);
  return {reinterpret_cast<T*>(writable_bytes().data()), shape().size()};
}

}  // namespace shmkit

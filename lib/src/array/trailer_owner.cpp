#include "array/trailer_owner.hpp"

#include <cstring>
#include <limits>

#include <boost/crc.hpp>

#include "array/trailer_layout.hpp"

namespace shmkit::trailer {
namespace {

// As in the file: no padding.
struct Bytes {
  std::uint32_t pid;
  std::uint32_t pid_namespace;
  std::uint64_t start_time;
  std::array<std::byte, 16> boot_id;
  std::uint64_t inode;
  std::uint32_t check;
};
constexpr std::size_t kChecked = offsetof(Bytes, check);
static_assert(offsetof(Bytes, inode) == 32 && kChecked == 40);
static_assert(kOwnerOffset + kChecked + sizeof(Bytes::check) <= kExtensionBytes);

std::uint32_t check_of(const Bytes& bytes) noexcept {
  boost::crc_32_type crc;
  crc.process_bytes(&bytes, kChecked);
  return crc.checksum();
}

}  // namespace

std::optional<Owner> load_owner(std::span<const std::byte> extension) noexcept {
  Bytes bytes{};
  std::memcpy(&bytes, extension.data() + kOwnerOffset, kChecked + sizeof(bytes.check));
  const bool is_pid = bytes.pid != 0 && bytes.pid <= std::uint32_t{std::numeric_limits<std::int32_t>::max()};
  if (!is_pid || bytes.check != check_of(bytes)) return std::nullopt;
  return Owner{{static_cast<int>(bytes.pid), bytes.pid_namespace, bytes.start_time, bytes.boot_id},
               bytes.inode};
}

void store_owner(std::span<std::byte> extension, const Owner& owner) noexcept {
  const ProcessIdentity& process = owner.process;
  Bytes bytes{static_cast<std::uint32_t>(process.pid),
              process.pid_namespace,
              process.start_time,
              process.boot_id,
              owner.inode,
              0};
  bytes.check = check_of(bytes);
  std::memcpy(extension.data() + kOwnerOffset, &bytes, kChecked + sizeof(bytes.check));
}

}  // namespace shmkit::trailer

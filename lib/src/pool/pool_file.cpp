#include "pool/pool_file.hpp"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "os/process.hpp"
#include "pool/segment_names.hpp"

namespace shmkit::pool {
namespace {

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
class Hash {
 public:
  void add(std::string_view text) noexcept {
    for (const char c : text) add_byte(static_cast<unsigned char>(c));
    add_byte(0);
  }
  void add(std::uint64_t number) noexcept {
    for (int i = 0; i < 8; ++i) add_byte(static_cast<unsigned char>(number >> (8 * i)));
  }
  std::uint64_t value() const noexcept { return hash_; }

 private:
  void add_byte(unsigned char byte) noexcept { hash_ = (hash_ ^ byte) * 0x100000001B3U; }
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

[[noreturn]] void refuse(const std::string& name, std::string_view why, std::string hint) {
  throw Error(Errc::not_an_array, fmt::format("'{}' is not a pool: {}", name, why), std::move(hint));
}

}  // namespace

std::uint64_t build_number() noexcept {
  Hash hash;
  for (const std::size_t size :
       {sizeof(PoolHeader), sizeof(WorkerSlot), sizeof(ClientSlot), sizeof(JobHeader), sizeof(JobDescription),
        sizeof(JobTrace::Header), sizeof(JobTrace::Record), sizeof(void*)})
    hash.add(std::uint64_t{size});
  for (const auto& kernel : kernel::table()) hash.add(kernel.info.name);
  return hash.value();
}

Geometry checked_geometry(const PoolIdentity& identity, std::uint64_t file_bytes, const std::string& name) {
  if (identity.magic != kPoolMagic) refuse(name, "it does not begin as one", "`shmtool gc` may take it");
  if (identity.build != build_number())
    refuse(name, "it was started by another version of shmkit",
           fmt::format("stop it with the shmtool that started it, or `kill {}`", identity.supervisor));
  const bool sane = identity.workers > 0 && identity.workers <= WorkerPool::kMaxWorkers &&
                    identity.clients > 0 && identity.clients <= kMaxClients;
  if (!sane || file_bytes < PoolMemory::bytes(identity.workers, identity.clients))
    refuse(name, "it is damaged", "`shmtool gc` takes it when nobody lives in it any more");
  return {identity.workers, identity.clients};
}

os::Fd open_own(const std::string& path, const std::string& what) {
  os::Fd fd = os::open_existing(path, os::Open::read_write, os::Links::refuse, what);
  const os::FileStatus status = os::status(fd, what);
  if (!status.regular) refuse(what, "it is not a regular file", "remove it by hand");
  if (status.owner != os::user_id() || (status.mode & 077U) != 0) {
    throw Error(Errc::failed, fmt::format("'{}' belongs to somebody else, or others may open it", what),
                "start a pool of your own under another name");
  }
  return fd;
}

PoolFile open_pool(const std::string& name) {
  os::Fd fd;
  try {
    fd = open_own(pool_path(name), name);
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;
    throw Error(Errc::not_found, fmt::format("there is no pool '{}'", name),
                "`shmtool pool list` shows what there is, `shmtool pool start` makes one");
  }
  const std::uint64_t bytes = os::status(fd, name).size;
  // Read into private memory: through a mapping it could change, or the file become shorter, meanwhile.
  PoolIdentity identity{};
  if (os::read_at(fd, std::as_writable_bytes(std::span(&identity, 1)), 0, name) != sizeof(identity))
    refuse(name, "it is too short", "`shmtool gc` may take it");
  const Geometry geometry = checked_geometry(identity, bytes, name);
  os::Mapping mapping(fd, bytes, os::Open::read_write, name);
  const PoolMemory memory(mapping.data(), geometry.workers, geometry.clients);
  return {std::move(fd), std::move(mapping), memory};
}

}  // namespace shmkit::pool

#include "os/mapping.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/errors.hpp"

// Linux 5.14; the C library's headers may be older.
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

namespace shmkit::os {
namespace {

namespace bip = boost::interprocess;

// What Boost.Interprocess wants of a mappable thing.
struct Mappable {
  int fd;
  bip::mapping_handle_t get_mapping_handle() const noexcept { return {fd, false}; }
};

}  // namespace

Mapping::Mapping(const Fd& fd, std::uint64_t size, Open open, std::string_view name) {
  try {
    const auto mode = open == Open::read_only ? bip::read_only : bip::read_write;
    region_ = bip::mapped_region(Mappable{fd.get()}, mode, 0, size);
  } catch (const bip::interprocess_exception& e) {
    throw_errno(e.get_native_error(), "map", name);
  }
}

void Mapping::populate(std::string_view name) const {
  if (::madvise(data(), size(), MADV_POPULATE_READ) == 0 || errno == EINVAL) return;
  throw Error(Errc::no_space,
              fmt::format("no space for '{}': it has holes, and the file system cannot fill them", name),
              "free some space, or attach with write permission");
}

std::uint64_t Mapping::resident_bytes() const {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((size() + page - 1) / page);
  if (::mincore(data(), size(), pages.data()) != 0) return 0;
  const auto resident = std::ranges::count_if(pages, [](unsigned char state) { return (state & 1U) != 0; });
  return static_cast<std::uint64_t>(resident) * page;
}

void prefault(const std::byte* data, std::size_t size, bool for_writing) noexcept {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(data) & ~(page - 1);
  const auto end = reinterpret_cast<std::uintptr_t>(data) + size;
  ::madvise(reinterpret_cast<void*>(begin), end - begin,
            for_writing ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
}

}  // namespace shmkit::os

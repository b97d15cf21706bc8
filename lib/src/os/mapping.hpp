#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <boost/interprocess/mapped_region.hpp>

#include "os/fd.hpp"
#include "os/file.hpp"

namespace shmkit::os {

/// A shared mapping of a whole file, unmapped when it goes. The descriptor may be closed meanwhile.
class Mapping {
 public:
  Mapping() = default;
  /// Throws Error (no_space for ENOMEM, failed).
  Mapping(const Fd& fd, std::uint64_t size, Open open, std::string_view name);

  std::byte* data() const noexcept { return static_cast<std::byte*>(region_.get_address()); }
  std::size_t size() const noexcept { return region_.get_size(); }

  /// Makes every page present without writing. Throws Error (no_space): a hole that cannot be filled.
  void populate(std::string_view name) const;

  /// Bytes that are in memory right now, in whole pages.
  std::uint64_t resident_bytes() const;

 private:
  boost::interprocess::mapped_region region_;
};

/// Tells the kernel to bring in the pages of [data, data + size) now, which costs a fraction of one fault
/// each. A hint: failures show up as ordinary faults later.
void prefault(const std::byte* data, std::size_t size, bool for_writing) noexcept;

}  // namespace shmkit::os

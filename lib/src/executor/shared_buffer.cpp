#include <shmkit/shared_buffer.hpp>

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "os/shared_memory.hpp"

namespace shmkit::detail {

struct SharedBytes::Impl {
  explicit Impl(std::size_t size) : memory(std::max<std::size_t>(size, 1)) {
    memory.ensure(0, memory.size());
  }

  os::SharedMemory memory;
};

namespace {

// Beyond it a size is negative to the kernel.
std::size_t checked(std::size_t size) {
  if (size <= static_cast<std::size_t>(PTRDIFF_MAX)) return size;
  throw Error(Errc::no_space, fmt::format("no memory has {} bytes", size), "fewer elements");
}

}  // namespace

SharedBytes::SharedBytes(std::size_t size) : impl_(std::make_unique<Impl>(checked(size))) {}
SharedBytes::SharedBytes(SharedBytes&&) noexcept = default;
SharedBytes& SharedBytes::operator=(SharedBytes&&) noexcept = default;
SharedBytes::~SharedBytes() = default;

std::byte* SharedBytes::data() const noexcept { return impl_->memory.data(); }

}  // namespace shmkit::detail

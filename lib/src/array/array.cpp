#include <shmkit/array.hpp>

#include <fmt/format.h>

#include "array/handle.hpp"
#include "os/space.hpp"

namespace shmkit {
namespace {

bool has_holes(const ArrayInfo& info) { return info.stored_bytes < info.file_bytes; }

void fill_holes(const os::Fd& fd, const os::Mapping& mapping, const ArrayInfo& info, Access access) {
  if (access == Access::read_write) {
    os::reserve(fd, info.file_bytes, info.name.text());
  } else if (os::in_memory(fd)) {
    os::require_space_for_holes(fd, info.name.text());
    mapping.populate(info.name.text());  // On a disk, reading a hole needs no space.
  }
}

}  // namespace

AnyArray::AnyArray(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
AnyArray::AnyArray(AnyArray&&) noexcept = default;
AnyArray& AnyArray::operator=(AnyArray&&) noexcept = default;
AnyArray::~AnyArray() = default;

AnyArray AnyArray::attach(const Name& name, Access access, Holes holes) {
  const auto open = access == Access::read_only ? os::Open::read_only : os::Open::read_write;
  Located located = locate(name, open);
  return attach_located(std::move(located), access, holes);
}

AnyArray attach_located(Located located, Access access, Holes holes) {
  const auto open = access == Access::read_only ? os::Open::read_only : os::Open::read_write;
  auto impl = std::make_unique<AnyArray::Impl>();
  impl->mapping = os::Mapping(located.fd, located.info.file_bytes, open, located.info.name.text());
  impl->access = access;
  if (holes == Holes::reserve && has_holes(located.info))
    fill_holes(located.fd, impl->mapping, located.info, access);
  impl->info = std::move(located.info);
  return AnyArray(std::move(impl));
}

const ArrayInfo& AnyArray::info() const noexcept { return impl_->info; }
Access AnyArray::access() const noexcept { return impl_->access; }

std::span<const std::byte> AnyArray::bytes() const noexcept {
  return {impl_->mapping.data() + impl_->info.data_offset, impl_->info.nbytes};
}

std::span<std::byte> AnyArray::writable_bytes() {
  if (impl_->access == Access::read_only) {
    throw Error(Errc::usage, fmt::format("'{}' is attached read-only", impl_->info.name.text()),
                "attach it read-write");
  }
  return {impl_->mapping.data() + impl_->info.data_offset, impl_->info.nbytes};
}

void AnyArray::require_kind(Kind kind) const {
  if (dtype().kind() == kind) return;
  throw Error(Errc::not_an_array,
              fmt::format("'{}' holds {}, not {}", info().name.text(), dtype().name(), DType(kind).name()));
}

std::string_view trailer_name(TrailerKind kind) noexcept {
  switch (kind) {
    case TrailerKind::dual:
      return "dual";
    case TrailerKind::numpy2:
      return "numpy2";
    case TrailerKind::numpy1:
      return "numpy1";
    case TrailerKind::legacy288:
      return "legacy288";
    case TrailerKind::legacy160:
      return "legacy160";
    case TrailerKind::front160:
      return "front160";
  }
  return "unknown";
}

}  // namespace shmkit

#include <shmkit/array.hpp>

#include <cstring>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "array/handle.hpp"
#include "array/names.hpp"
#include "array/trailer.hpp"
#include "array/trailer_layout.hpp"
#include "os/identity.hpp"
#include "os/space.hpp"
#include "os/unnamed_file.hpp"

namespace shmkit {
namespace {

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

std::uint64_t data_bytes(const DType& dtype, const Shape& shape, const Name& name) {
  std::uint64_t nbytes = 0;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() - (std::uint64_t{1} << 31U);
  if (__builtin_mul_overflow(shape.size(), std::uint64_t{dtype.itemsize()}, &nbytes) || nbytes > kMost) {
    throw Error(Errc::usage,
                fmt::format("'{}' cannot have the shape {}: that is too large", name.text(), shape.text()));
  }
  return nbytes;
}

void check_request(const Name& name, const Shape& shape, const CreateOptions& options) {
  if (shape.rank() > Shape::kMaxCreateRank) {
    throw Error(
        Errc::usage, fmt::format("'{}' cannot have {} axes", name.text(), shape.rank()),
        fmt::format("at most {}, so that every SharedArray build can open it", Shape::kMaxCreateRank));
  }
  if (options.owner != 0 && shape.rank() > trailer::kExtensionMaxRank) {
    throw Error(Errc::usage, fmt::format("'{}' cannot have an owner and {} axes", name.text(), shape.rank()),
                fmt::format("an owner has room where there are at most {} axes", trailer::kExtensionMaxRank));
  }
  if ((options.mode & ~0777U) != 0)
    throw Error(Errc::usage, fmt::format("mode {:o} is not a permission mode", options.mode));
}

// Told early: nobody wants to fill gigabytes first. publish() is what decides.
void check_name_is_free(const Name& name) {
  std::error_code error;  // What cannot be looked up will say why when it cannot be created.
  if (!std::filesystem::exists(std::filesystem::symlink_status(name.path(), error))) return;
  throw Error(Errc::exists, fmt::format("cannot create '{}': the name is taken", name.text()),
              "choose another name, delete it first, or use --replace");
}

void check_is_replaceable(const Name& name) {
  try {
    info(name);
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;  // Only arrays are replaced.
  }
}

std::optional<trailer::Owner> owner_of(const os::UnnamedFile& file, const Name& name,
                                       const CreateOptions& options) {
  if (options.owner == 0) return std::nullopt;
  const auto process = os::identity_of(options.owner);
  if (!process) {
    throw Error(Errc::usage, fmt::format("process {} cannot own '{}'", options.owner, name.text()),
                "it must run now, in this PID namespace, and /proc must show it");
  }
  return trailer::Owner{*process, os::status(file.fd(), name.text()).inode};
}

}  // namespace

struct ArrayDraft::Impl {
  os::UnnamedFile file;
  AnyArray array;
  bool replace;
};

ArrayDraft::ArrayDraft(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ArrayDraft::ArrayDraft(ArrayDraft&&) noexcept = default;
ArrayDraft& ArrayDraft::operator=(ArrayDraft&&) noexcept = default;
ArrayDraft::~ArrayDraft() = default;

ArrayDraft ArrayDraft::create(const Name& name, const DType& dtype, const Shape& shape,
                              const CreateOptions& options) {
  require_free_for_arrays(name);
  check_request(name, shape, options);
  const std::uint64_t nbytes = data_bytes(dtype, shape, name);
  options.replace ? check_is_replaceable(name) : check_name_is_free(name);
  auto file = os::UnnamedFile::create_for(name.path(), options.mode, name.text());
  const auto bytes = trailer::make(dtype, shape, owner_of(file, name, options));
  const std::uint64_t file_bytes = round_up(nbytes + bytes.size(), os::size_unit(file.fd()));
  os::reserve(file.fd(), file_bytes, name.text());

  auto array = std::make_unique<AnyArray::Impl>();
  array->mapping = os::Mapping(file.fd(), file_bytes, os::Open::read_write, name.text());
  // Through the mapping: hugetlbfs has no write(2).
  std::memcpy(array->mapping.data() + file_bytes - bytes.size(), bytes.data(), bytes.size());
  array->info = examine(file.fd(), name);
  return ArrayDraft(
      std::make_unique<Impl>(Impl{std::move(file), AnyArray(std::move(array)), options.replace}));
}

AnyArray& ArrayDraft::array() noexcept { return impl_->array; }
int ArrayDraft::descriptor() const noexcept { return impl_->file.fd().get(); }

AnyArray ArrayDraft::publish() && {
  const auto impl = std::move(impl_);
  impl->file.publish(impl->replace, impl->array.info().name.text());
  return std::move(impl->array);
}

AnyArray create(const Name& name, const DType& dtype, const Shape& shape, const CreateOptions& options) {
  return ArrayDraft::create(name, dtype, shape, options).publish();
}

}  // namespace shmkit

#include "array/locate.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "array/trailer.hpp"

namespace shmkit {
namespace {

std::size_t read_tail(const os::Fd& fd, std::span<std::byte> tail, std::uint64_t file_bytes,
                      const Name& name) {
  const std::size_t wanted = std::min<std::uint64_t>(file_bytes, tail.size());
  if (os::read_at(fd, tail.first(wanted), file_bytes - wanted, name.text()) == wanted) return wanted;
  throw Error(Errc::not_an_array, fmt::format("'{}' became shorter while it was read", name.text()),
              "try again");
}

// The oldest format has its metadata at the front, and on hugetlbfs there is room before the trailer: two
// more system calls, which attaching to an ordinary array need not pay for.
trailer::Trailer parse_unusual(const os::Fd& fd, std::span<const std::byte> tail, std::uint64_t file_bytes,
                               const Name& name) {
  std::array<std::byte, trailer::kFrontBytes> head;
  const std::size_t head_bytes = os::read_at(fd, head, 0, name.text());
  return trailer::parse(tail, std::span(head).first(head_bytes), file_bytes, os::size_unit(fd) - 1,
                        name.text());
}

trailer::Trailer read_trailer(const os::Fd& fd, std::uint64_t file_bytes, const Name& name) {
  std::array<std::byte, trailer::kMaxBytes> buffer;
  const auto tail = std::span(buffer).first(read_tail(fd, buffer, file_bytes, name));
  try {
    return trailer::parse(tail, {}, file_bytes, 0, name.text());
  } catch (const Error&) {
    return parse_unusual(fd, tail, file_bytes, name);
  }
}

}  // namespace

ArrayInfo examine(const os::Fd& fd, const Name& name) {
  const os::FileStatus status = os::status(fd, name.text());
  if (!status.regular) {
    throw Error(Errc::not_an_array,
                fmt::format("'{}' is not an array: it is not a regular file", name.text()));
  }
  trailer::Trailer trailer = read_trailer(fd, status.size, name);
  ArrayInfo info;
  info.name = name;
  info.dtype = trailer.dtype;
  info.shape = std::move(trailer.shape);
  info.nbytes = trailer.nbytes;
  info.file_bytes = status.size;
  info.stored_bytes = status.stored;
  info.data_offset = trailer.data_offset;
  info.trailer = trailer.kind;
  info.mode = status.mode;
  info.owner = status.owner;
  info.device = status.device;
  info.inode = status.inode;
  // A copy of the bytes in another file was made by somebody else, to be kept.
  if (trailer.owner && trailer.owner->inode == status.inode) info.owner_process = trailer.owner->process;
  return info;
}

namespace {

os::Fd open_array(const Name& name, os::Open open) {
  // The directory is writable by all: a link there could lead anywhere.
  const auto links = name.in_shared_memory() ? os::Links::refuse : os::Links::follow;
  try {
    return os::open_existing(name.path(), open, links, name.text());
  } catch (const Error& e) {
    if (e.errc() != Errc::not_found) throw;
    throw Error(Errc::not_found, fmt::format("there is no array '{}'", name.text()));
  }
}

}  // namespace

Located locate(const Name& name, os::Open open) {
  os::Fd fd = open_array(name, open);
  ArrayInfo info = examine(fd, name);
  return {std::move(fd), std::move(info)};
}

}  // namespace shmkit

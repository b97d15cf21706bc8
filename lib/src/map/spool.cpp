#include "map/spool.hpp"

#include "os/capture.hpp"
#include "os/file.hpp"

namespace shmkit::map {
namespace {

constexpr const char* kWhat = "output of a command";
// Beyond it the file gives its space back when it is not needed: below, that would cost more than it saves.
constexpr std::uint64_t kKept = 1U << 20U;

}  // namespace

Error scratch_error(const Error& error) {
  if (error.errc() == Errc::failed && !error.hint().empty()) return error;
  return {error.errc() == Errc::no_space ? Errc::no_space : Errc::failed, error.what(),
          "outputs wait in $TMPDIR, or /tmp, until they are complete: set TMPDIR to a directory with space"};
}

Spool::Spool(const os::Fd& file) : file_(file), extent_{os::status(file, kWhat).size, 0} {}

void Spool::rewind() noexcept {
  if (extent_.offset + extent_.size > kKept) os::empty_file(file_);
  extent_ = {};
}

void Spool::add(std::span<const std::byte> bytes) try {
  os::write_at(file_, bytes, extent_.offset + extent_.size, kWhat);
  extent_.size += bytes.size();
} catch (const Error& error) {
  throw scratch_error(error);
}

}  // namespace shmkit::map

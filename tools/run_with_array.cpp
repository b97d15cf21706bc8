#include "run_with_array.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace shmkit::tool {
namespace {

void set_variables(const ArrayInfo& info, int fd) {
  const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
  set("SHMTOOL_NAME", info.name.text());
  set("SHMTOOL_PATH", info.name.path());
  set("SHMTOOL_DTYPE", info.dtype.name());
  set("SHMTOOL_SHAPE", fmt::format("{}", fmt::join(info.shape.extents(), ",")));
  set("SHMTOOL_NBYTES", fmt::format("{}", info.nbytes));
  set("SHMTOOL_OFFSET", fmt::format("{}", info.data_offset));
  set("SHMTOOL_FD", fmt::format("{}", fd));
}

// The name may have been given to another file since it was attached.
int open_same(const AnyArray& array, bool read_only) {
  const Name& name = array.info().name;
  const int links = name.in_shared_memory() ? O_NOFOLLOW : 0;
  const int fd = ::open(name.path().c_str(), (read_only ? O_RDONLY : O_RDWR) | O_NOCTTY | links);
  struct stat st {};
  if (fd < 0 || ::fstat(fd, &st) != 0) {
    throw Error(Errc::failed, fmt::format("cannot open '{}': {}", name.text(), std::strerror(errno)));
  }
  if (st.st_dev == array.info().device && st.st_ino == array.info().inode) return fd;
  throw Error(Errc::failed, fmt::format("'{}' was replaced while it was opened", name.text()), "try again");
}

}  // namespace

int run_with_array(const Name& name, bool read_only, const Words& command) {
  // Attaching checks it, and fills holes: the command writes without a risk.
  const AnyArray array = AnyArray::attach(name, read_only ? Access::read_only : Access::read_write);
  const int fd = open_same(array, read_only);
  set_variables(array.info(), fd);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  const Errc errc = errno == ENOENT ? Errc::usage : Errc::failed;
  throw Error(errc, fmt::format("cannot run '{}': {}", command[0], std::strerror(errno)),
              "is the command in PATH and executable?");
}

}  // namespace shmkit::tool

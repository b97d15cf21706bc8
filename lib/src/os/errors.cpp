#include "os/errors.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::os {
namespace {

Errc errc_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case EEXIST:
      return Errc::exists;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case ENOMEM:
      return Errc::no_space;
    case ELOOP:
    case EISDIR:
    case ENXIO:
      return Errc::not_an_array;
    case ENAMETOOLONG:
      return Errc::usage;
    default:
      return Errc::failed;
  }
}

std::string hint_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return "ask its owner for permission, or try read-only access";
    case EEXIST:
      return "choose another name, delete it first, or replace it";
    case ENOSPC:
      return "free some space, or use a larger file system through file://PATH";
    case EDQUOT:
      return "your disk quota is used up: free some space";
    case ENOMEM:
      return "memory or the number of mappings (vm.max_map_count) is exhausted";
    case EMFILE:
    case ENFILE:
      return "too many open files: raise `ulimit -n`";
    case ELOOP:
      return "symbolic links are not followed in /dev/shm: name its target instead";
    case EAGAIN:
      return "the limit on processes (`ulimit -u`, pids cgroup) is reached: use fewer workers";
    default:
      return {};
  }
}

}  // namespace

void throw_errno(int error, std::string_view action, std::string_view name) {
  const std::string reason =
      error == ELOOP ? "it is a symbolic link" : std::generic_category().message(error);
  throw Error(errc_of(error), fmt::format("cannot {} '{}': {}", action, name, reason), hint_of(error));
}

}  // namespace shmkit::os

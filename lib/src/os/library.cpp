#include "os/library.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include <shmkit/error.hpp>

namespace shmkit::os {

LibraryIdentity identify_library(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    throw Error(Errc::not_found, fmt::format("there is no file '{}'", path),
                "give the path of a shared library");
  return {found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size),
          std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec};
}

// Never closed: kernels point into it, and workers keep them.
void* load_symbol(const std::string& path, const char* symbol) {
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw Error(Errc::failed, fmt::format("cannot load '{}': {}", path, ::dlerror()),
                "is it a shared library of this machine? (`cc -shared -fPIC`)");
  return ::dlsym(library, symbol);
}

}  // namespace shmkit::os

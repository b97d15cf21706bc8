#pragma once

#include <shmkit/array.hpp>

#include "os/fd.hpp"
#include "os/file.hpp"

namespace shmkit {

/// An array that has been found and checked, and its open file.
struct Located {
  os::Fd fd;
  ArrayInfo info;
};

/// Opens the file and reads what it holds, with pread into private memory. Throws Error.
Located locate(const Name& name, os::Open open);

/// The same for a file that is open already.
ArrayInfo examine(const os::Fd& fd, const Name& name);

}  // namespace shmkit

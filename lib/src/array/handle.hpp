#pragma once

#include <shmkit/array.hpp>

#include "array/locate.hpp"
#include "os/mapping.hpp"

namespace shmkit {

struct AnyArray::Impl {
  ArrayInfo info;
  os::Mapping mapping;
  Access access = Access::read_write;
};

/// Maps a file that locate() or examine() has checked, so that workers can attach to what has no name.
AnyArray attach_located(Located located, Access access, Holes holes);

}  // namespace shmkit

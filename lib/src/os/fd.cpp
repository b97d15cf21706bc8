#include "os/fd.hpp"

#include <unistd.h>

namespace shmkit::os {

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace shmkit::os

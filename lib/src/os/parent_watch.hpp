#pragma once

#include "os/fd.hpp"

namespace shmkit::os {

/// For a child (os/process.hpp) that has something to clear up when its parent dies: from now on the parent's
/// death does not kill it, but makes a descriptor readable, and wakes it if it is stopped.
class ParentWatch {
 public:
  /// `parent`: the pid that it had when this process was forked. Ends this process if it has died meanwhile.
  /// Throws Error.
  explicit ParentWatch(int parent);

  int descriptor() const noexcept { return pidfd_.get(); }  ///< Readable when the parent has ended.

 private:
  Fd pidfd_;
};

}  // namespace shmkit::os

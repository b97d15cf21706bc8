#pragma once

#include <cstdint>
#include <string>

#include "os/fd.hpp"
#include "os/named_file.hpp"

namespace shmkit::os {

/// The byte of a file that is locked while its name is taken from it.
inline constexpr std::uint64_t kNameByte = (std::uint64_t{1} << 62U) + 1;

/// The right to take a name from the file that has it, given back when it goes.
///
/// No system call removes a name only if it still leads to a certain file. Between a look and the removal
/// somebody else may have replaced that file, or have deleted it and made another one, which then is lost. So
/// whoever replaces or deletes a file in memory holds its name meanwhile, and the sweep (lib/src/reclaim)
/// does not touch it.
///
/// Not guaranteed against other programs, nor on files that we may not write to.
class NameHold {
 public:
  /// Waits while another process is about to take the name away: a moment. A second at most, in case it is
  /// stopped.
  explicit NameHold(const std::string& path);

  /// For the sweep: false if somebody holds it.
  static bool try_hold(const NamedFile& file);

 private:
  Fd fd_;
};

}  // namespace shmkit::os

#pragma once

#include <string_view>

namespace shmkit::os {

/// Throws the Error that an errno stands for: "cannot open 'frames': Permission denied".
/// ENOENT is not_found, EEXIST exists, ENOSPC and its kin no_space, what cannot be a segment (ELOOP, EISDIR,
/// ENXIO) not_an_array, the rest failed.
[[noreturn]] void throw_errno(int error, std::string_view action, std::string_view name);

}  // namespace shmkit::os

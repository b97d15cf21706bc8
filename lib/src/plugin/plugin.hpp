#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernels/kernel.hpp"
#include "os/library.hpp"

// Kernels from shared libraries (shmkit/kernel.h), as rows like those of the table. A library stays loaded,
// and its rows stay where they are, until the process ends. Everything may be called concurrently.
namespace shmkit::plugin {

/// The kernels of a library. Throws Error: not_found, failed (the loader's reason), not_an_array (it exports
/// no kernels, those of another ABI version, or ones that make no sense).
std::vector<const kernel::Kernel*> kernels_of(const std::string& path);

/// Throws Error as kernels_of(), and usage: it has none of that name.
const kernel::Kernel& find(const std::string& path, std::string_view name);

/// Where a kernel comes from.
struct Origin {
  std::string path;  ///< Absolute.
  os::LibraryIdentity identity;
};
/// Null for a kernel of the table.
const Origin* origin_of(const kernel::Kernel& kernel) noexcept;

/// The arguments that prepare() put into the parameters of a job of such a kernel.
const Arguments& arguments_of(const kernel::Params& params) noexcept;

}  // namespace shmkit::plugin

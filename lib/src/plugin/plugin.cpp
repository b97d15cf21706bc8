#include "plugin/plugin.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "plugin/adapted.hpp"

namespace shmkit::plugin {
namespace {

struct Library {
  Origin origin;
  std::deque<Adapted> kernels;
};

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error);
  if (error)
    throw Error(Errc::not_found, fmt::format("there is no plug-in '{}'", path),
                "give the path of a shared library: ./libmine.so");
  return canonical.string();
}

std::unique_ptr<Library> load(const std::string& path) {
  auto library = std::make_unique<Library>();
  library->origin = {path, os::identify_library(path)};
  using Get = const shmkit_plugin* (*)();
  const auto get = reinterpret_cast<Get>(os::load_symbol(path, SHMKIT_PLUGIN_SYMBOL));
  if (get == nullptr)
    throw Error(Errc::not_an_array, fmt::format("'{}' has no kernels", path),
                "declare them with SHMKIT_KERNEL or SHMKIT_KERNELS of shmkit/kernel.h");
  const shmkit_plugin* const declared = get();
  if (declared == nullptr || declared->abi != SHMKIT_KERNEL_ABI) {
    throw Error(Errc::not_an_array,
                fmt::format("plug-in '{}' is made for version {} of shmkit's kernel ABI, this is version {}",
                            path, declared == nullptr ? 0 : declared->abi, SHMKIT_KERNEL_ABI),
                "compile it again with this version's shmkit/kernel.h");
  }
  for (std::uint32_t i = 0; i < declared->count; ++i)
    library->kernels.emplace_back(*declared->kernels[i], library->origin);
  return library;
}

// One that was made anew under its name while this process had it loaded cannot be had without a new process.
void check_unchanged(const Library& library) {
  if (os::identify_library(library.origin.path) == library.origin.identity) return;
  throw Error(Errc::failed, fmt::format("plug-in '{}' has changed since it was loaded", library.origin.path),
              "start what loaded it anew: a pool with `shmtool pool stop` and `start`");
}

const Library& library_of(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Library>> libraries;
  const std::string name = absolute(path);
  const std::scoped_lock lock(mutex);
  auto& library = libraries[name];
  if (library == nullptr) library = load(name);
  check_unchanged(*library);
  return *library;
}

}  // namespace

std::vector<const kernel::Kernel*> kernels_of(const std::string& path) {
  std::vector<const kernel::Kernel*> rows;
  for (const Adapted& adapted : library_of(path).kernels) rows.push_back(&adapted.row());
  return rows;
}

const kernel::Kernel& find(const std::string& path, std::string_view name) {
  const auto rows = kernels_of(path);
  const auto found = std::ranges::find_if(rows, [&](const auto* row) { return row->info.name == name; });
  if (found != rows.end()) return **found;
  std::string names;
  for (const auto* row : rows) names += fmt::format(" {}", row->info.name);
  throw Error(Errc::usage, fmt::format("plug-in '{}' has no kernel '{}'", path, name),
              fmt::format("it has:{}", names));
}

const Origin* origin_of(const kernel::Kernel& kernel) noexcept {
  return kernel.context == nullptr ? nullptr : &static_cast<const Adapted*>(kernel.context)->origin();
}

const Arguments& arguments_of(const kernel::Params& params) noexcept { return *params.get<Call>().arguments; }

}  // namespace shmkit::plugin

#include "os/loaded_code.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <string>

namespace shmkit::os {
namespace {

struct Object {
  std::string path;
  std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code;
};

int add_object(dl_phdr_info* info, std::size_t /*size*/, void* objects) {
  Object object{info->dlpi_name == nullptr ? "" : info->dlpi_name, {}};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    object.code.emplace_back(begin, begin + segment.p_memsz);
  }
  static_cast<std::vector<Object>*>(objects)->push_back(std::move(object));
  return 0;
}

}  // namespace

// The dynamic linker's lock is held during the walk: libraries are held after it.
LoadedCode::LoadedCode() {
  std::vector<Object> objects;
  ::dl_iterate_phdr(add_object, &objects);
  for (const Object& object : objects) {
    void* library = object.path.empty() ? nullptr : ::dlopen(object.path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (library != nullptr) libraries_.push_back(library);
    for (const auto& [begin, end] : object.code) ranges_.push_back({begin, end});
  }
}

LoadedCode::~LoadedCode() {
  for (void* library : libraries_) ::dlclose(library);
}

bool LoadedCode::has(const void* code) const noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(code);
  return std::ranges::any_of(ranges_, [at](Range range) { return range.begin <= at && at < range.end; });
}

}  // namespace shmkit::os

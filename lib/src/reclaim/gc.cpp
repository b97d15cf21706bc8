#include <shmkit/gc.hpp>

#include "os/file.hpp"
#include "reclaim/take.hpp"

namespace shmkit {

std::string_view leftover_name(LeftoverKind kind) noexcept {
  switch (kind) {
    case LeftoverKind::pool:
      return "pool";
    case LeftoverKind::job:
      return "job";
    case LeftoverKind::draft:
      return "draft";
    case LeftoverKind::array:
      return "array";
    case LeftoverKind::queue:
      return "queue";
  }
  return "unknown";
}

std::vector<Leftover> gc(const GcOptions& options) {
  std::vector<Leftover> found;
  for (const auto& leaf : os::directory_entries("/dev/shm")) {
    if (auto leftover = reclaim::take(leaf, options)) found.push_back(std::move(*leftover));
  }
  return found;
}

}  // namespace shmkit

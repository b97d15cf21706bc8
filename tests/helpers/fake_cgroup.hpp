#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "helpers/child.hpp"
#include "helpers/mount_namespace.hpp"
#include "helpers/test_name.hpp"

namespace shmkit::test {

/// A machine's cgroups, made up: what stands in /proc/self/cgroup and /proc/self/mounts, and files.
struct FakeCgroups {
  std::string membership;  ///< "0::/job/step\n"
  std::vector<std::pair<std::string, std::string>>
      mounts;  ///< directory below the fake root; type and options
  std::vector<std::pair<std::string, std::string>> files;  ///< path below the fake root; content
};

/// Runs `body` in a child that sees those cgroups instead of the machine's. Exit code kNotPermitted: mount
/// namespaces are not to be had here.
inline ChildEnd with_cgroups(const FakeCgroups& fake, const std::function<int()>& body) {
  const TestDirectory root;
  std::string mounts;
  for (const auto& [directory, type] : fake.mounts)
    mounts += "none " + (root / directory) + " " + type + " 0 0\n";
  for (const auto& [path, content] : fake.files) {
    std::filesystem::create_directories(std::filesystem::path(root / path).parent_path());
    std::ofstream(root / path) << content;
  }
  std::ofstream(root / "cgroup") << fake.membership;
  std::ofstream(root / "mounts") << mounts;
  return in_child([&] {
    if (!enter_mount_namespace()) return kNotPermitted;
    for (const char* leaf : {"cgroup", "mounts"}) {
      const std::string target = "/proc/" + std::to_string(::getpid()) + "/" + leaf;
      if (::mount((root / leaf).c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
        return kNotPermitted;
    }
    return body();
  });
}

}  // namespace shmkit::test

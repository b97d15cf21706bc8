#include "os/cgroup.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

namespace shmkit::os {
namespace {

bool lists(const std::string& comma_separated, const std::string& word) {
  return ("," + comma_separated + ",").find("," + word + ",") != std::string::npos;
}

// A line of mounts: device, mount point, type, options.
std::string mount_point(const std::string& controller) {
  std::ifstream in("/proc/self/mounts");
  std::string device;
  std::string point;
  std::string type;
  std::string options;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    if (!(fields >> device >> point >> type >> options)) continue;
    const bool ours = controller.empty() ? type == "cgroup2" : type == "cgroup" && lists(options, controller);
    if (ours) return point;
  }
  return {};
}

// A line: hierarchy number, controllers (none for v2), path.
std::string own_group(const std::string& controller) {
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool ours = controller.empty() ? controllers.empty() : lists(controllers, controller);
    if (ours) return line.substr(second + 1);
  }
  return {};
}

}  // namespace

std::vector<std::string> cgroup_directories(const std::string& controller) {
  std::vector<std::string> directories;
  const std::string mount = mount_point(controller);
  std::filesystem::path group = own_group(controller);
  if (mount.empty() || group.empty() || !group.is_absolute()) return directories;
  for (; group != group.root_path(); group = group.parent_path())
    directories.push_back(mount + group.string());
  directories.push_back(mount);
  return directories;
}

}  // namespace shmkit::os

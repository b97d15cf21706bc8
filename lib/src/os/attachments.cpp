#include "os/attachments.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/format.h>

namespace shmkit::os {
namespace {

std::optional<int> pid_of(const std::string& leaf) {
  int pid = 0;
  const auto [end, error] = std::from_chars(leaf.data(), leaf.data() + leaf.size(), pid);
  return error == std::errc() && end == leaf.data() + leaf.size() ? std::optional(pid) : std::nullopt;
}

// A line of maps: addresses, permissions, offset, device (hex major:minor), inode, path.
bool maps_file(const std::filesystem::path& process, const std::string& wanted) {
  std::ifstream in(process / "maps");
  for (std::string line; std::getline(in, line);) {
    if (line.find(wanted) != std::string::npos) return true;
  }
  return false;
}

std::string command_of(const std::filesystem::path& process) {
  std::ifstream in(process / "comm");
  std::string command;
  std::getline(in, command);
  return command;
}

}  // namespace

std::vector<Attached> attached_processes(std::uint64_t device, std::uint64_t inode) {
  const std::string wanted = fmt::format(" {:02x}:{:02x} {} ", major(device), minor(device), inode);
  std::vector<Attached> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end;
       it.increment(error)) {
    const auto pid = pid_of(it->path().filename().string());
    if (pid && maps_file(it->path(), wanted)) found.push_back({*pid, command_of(it->path())});
  }
  std::ranges::sort(found, {}, &Attached::pid);
  return found;
}

}  // namespace shmkit::os

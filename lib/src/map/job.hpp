#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <shmkit/map.hpp>

#include "map/command_template.hpp"
#include "os/fd.hpp"
#include "os/inheritance.hpp"

namespace shmkit::map {

/// Where a worker keeps what its commands write, until the session has printed it.
struct Scratch {
  os::Fd output;
  os::Fd error;
};

/// Everything that is decided before the workers are forked, who inherit it.
struct Job {
  const MapItems& items;
  const MapOptions& options;
  const os::Inheritance& inheritance;
  CommandTemplate command;
  std::string program{};                 ///< The file, where it is the same for all items.
  std::vector<std::uint32_t> pending{};  ///< Items that are to be done, where not all are.
  std::uint64_t tasks = 0;
  std::vector<std::string> environment{};  ///< What is the same for all commands.
  os::Fd input{};                          ///< /dev/null
  std::vector<Scratch> scratch{};          ///< One per worker.

  std::uint64_t index_of(std::uint64_t task) const { return pending.empty() ? task : pending[task]; }
};

}  // namespace shmkit::map

#include "command.hpp"

#include <array>

namespace shmkit::tool {

std::span<const Command> commands() noexcept {
  static constexpr std::array kCommands = {
      Command{"create", "make an array", create_command},
      Command{"attach", "map an array and show it, or run a command with it", attach_command},
      Command{"delete", "take names away", delete_command},
      Command{"list", "the arrays in /dev/shm", list_command},
      Command{"info", "everything about one array but its values", info_command},
      Command{"import", "read an .npy file into an array", import_command},
      Command{"export", "write an array as .npy", export_command},
      Command{"run", "run a kernel over an array, by worker processes", run_command},
      Command{"map", "run a command per chunk, line or integer, many at once", map_command},
      Command{"pool", "workers that outlive a command: start, stop, status, list", pool_command},
      Command{"advise", "whether it pays to go parallel, and with how many", advise_command},
      Command{"gc", "take back what dead processes left", gc_command},
      Command{"kernels", "the kernels there are", kernels_command},
      Command{"bench", "measure shmkit beside its rivals on this machine", bench_command},
  };
  return kCommands;
}

}  // namespace shmkit::tool

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shmkit::tool {

using Words = std::vector<std::string>;

/// A command of shmtool: one row of the table, one file.
struct Command {
  std::string_view name;
  std::string_view summary;
  /// Does it, given the words after the command's name, and returns the exit code. Throws Error.
  int (*run)(const Words& words);
};

std::span<const Command> commands() noexcept;

int advise_command(const Words& words);
int attach_command(const Words& words);
int bench_command(const Words& words);
int create_command(const Words& words);
int delete_command(const Words& words);
int export_command(const Words& words);
int gc_command(const Words& words);
int import_command(const Words& words);
int info_command(const Words& words);
int kernels_command(const Words& words);
int map_command(const Words& words);
int pool_command(const Words& words);
int list_command(const Words& words);
int run_command(const Words& words);

}  // namespace shmkit::tool

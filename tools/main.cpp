#include <fcntl.h>
#include <unistd.h>

#include <iostream>

#include <fmt/format.h>

#include <shmkit/error.hpp>

#include "command.hpp"
#include "format/nearest.hpp"
#include "report_error.hpp"

namespace shmkit::tool {
namespace {

constexpr std::string_view kHelp = R"(usage: shmtool COMMAND [words and options]

Named N-d arrays in shared memory, and worker processes that compute on them.

)";

constexpr std::string_view kExamples = R"(
Examples
  shmtool create frames --shape 100,1080,1920 --dtype float32
  shmtool import data.npy frames && shmtool run max frames
  shmtool attach frames --slice '0, :3, :3'
  shmtool delete frames

A name is NAME or shm://NAME for shared memory, file://PATH for a file.
`shmtool COMMAND --help` tells more. Exit codes: 0 done, 1 failed, 2 usage,
3 no such name, 4 name taken, 5 not an array, 6 no space, 7 some chunks failed,
8 pool lost, 124 timed out, 128+n signal n.
)";

void print_help(std::ostream& out) {
  out << kHelp << "Commands\n";
  for (const auto& command : commands()) out << fmt::format("  {:<9}{}\n", command.name, command.summary);
  out << kExamples;
}

// Whoever starts us may have closed them. Then an array would be opened in their place, and be written to by
// whatever prints, also by the command that `attach` runs. What takes their place answers as a closed one
// does: EBADF.
void occupy_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool open = ::fcntl(fd, F_GETFD) != -1;
    if (!open) ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // The lowest free number: fd.
  }
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : commands()) {
    if (command.name == name) return command;
    names.emplace_back(command.name);
  }
  const auto close = nearest(name, names);
  throw Error(Errc::usage, fmt::format("'{}' is not a command of shmtool", name),
              close ? fmt::format("did you mean '{}'?", *close) : "`shmtool --help` lists the commands");
}

int dispatch(const Words& words) {
  if (words.empty()) {
    print_help(std::cerr);
    return static_cast<int>(Errc::usage);
  }
  if (words[0] == "--help" || words[0] == "-h" || (words[0] == "help" && words.size() == 1)) {
    print_help(std::cout);
    return 0;
  }
  if (words[0] == "--version") {
    std::cout << "shmtool " SHMKIT_VERSION "\n";
    return 0;
  }
  if (words[0] == "help") return find_command(words[1]).run({"--help"});
  return find_command(words[0]).run({words.begin() + 1, words.end()});
}

}  // namespace
}  // namespace shmkit::tool

int main(int argc, char** argv) {
  shmkit::tool::occupy_standard_streams();
  const shmkit::tool::Words words(argv + 1, argv + argc);
  try {
    const int code = shmkit::tool::dispatch(words);
    std::cout.flush();
    return std::cout ? code : shmkit::tool::report_lost_output();
  } catch (const std::exception& e) {
    return shmkit::tool::report_error(e, words);
  }
}

// The floor of `shmtool bench map_commands`: starts a command N times, P at once, with its number as the last
// argument, and does nothing else. The commands write where this program does, and nobody keeps their outputs
// together.
//
// Usage: spawn_loop P N COMMAND...
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: spawn_loop P N COMMAND...\n", stderr);
    return 2;
  }
  const long most = std::atol(argv[1]);
  const long count = std::atol(argv[2]);
  std::vector<char*> words(argv + 3, argv + argc + 1);
  long running = 0;
  long good = 0;
  for (long i = 0; i < count || running > 0;) {
    if (i < count && running < most) {
      std::string number = std::to_string(i);
      words.back() = number.data();
      words.push_back(nullptr);
      pid_t pid = -1;
      if (::posix_spawnp(&pid, words[0], nullptr, nullptr, words.data(), environ) != 0) return 1;
      words.pop_back();
      ++i;
      ++running;
      continue;
    }
    int status = 0;
    if (::wait(&status) < 0) return 1;
    --running;
    good += status == 0 ? 1 : 0;
  }
  return good == count ? 0 : 1;
}

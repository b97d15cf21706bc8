#include <fcntl.h>
#include <unistd.h>

#include "message_crew.hpp"

// Indices through a pipe to two processes, acknowledgements back through another.
namespace {

using namespace shmkit;

class Pipe {
 public:
  static constexpr std::uint64_t kCapacity = 4096 / sizeof(std::uint64_t);  // The least that a pipe can hold.

  Pipe() { bench::require(::pipe2(ends_, O_CLOEXEC) == 0, "pipe2"); }
  ~Pipe() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // Writes of this size are atomic; and since no others are made, so are reads.
  void send(std::uint64_t index) {
    bench::require(::write(ends_[1], &index, sizeof index) == sizeof index, "write to a pipe");
  }
  std::uint64_t receive() {
    std::uint64_t index = 0;
    bench::require(::read(ends_[0], &index, sizeof index) == sizeof index, "read from a pipe");
    return index;
  }

 private:
  int ends_[2] = {-1, -1};
};

BENCHMARK(bench::message_overhead<Pipe>)
    ->Name("chunk_overhead/pipe")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

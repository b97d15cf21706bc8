#include <fcntl.h>

#include "move_stream.hpp"

// Through a pipe of 1 MiB, as much as everybody may have.
namespace {

using namespace shmkit;

constexpr int kPipeBytes = 1 << 20;

class Pipe : public bench::ByteStream {
 public:
  Pipe() : ByteStream(open()) { ::fcntl(out(), F_SETPIPE_SZ, kPipeBytes); }

 private:
  static std::array<int, 2> open() {
    std::array<int, 2> ends{-1, -1};
    bench::require(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
    return ends;
  }
};

const bool kAdded = [] {
  bench::add_move("pipe", bench::Pace::bounded, bench::carry<Pipe>);
  return true;
}();

}  // namespace

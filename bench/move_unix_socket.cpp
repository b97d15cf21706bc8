#include <sys/socket.h>

#include "move_stream.hpp"

// Through a stream socket between processes of one machine, with the buffers that it has by default.
namespace {

using namespace shmkit;

class UnixSocket : public bench::ByteStream {
 public:
  UnixSocket() : ByteStream(open()) {}

 private:
  static std::array<int, 2> open() {
    std::array<int, 2> ends{-1, -1};
    bench::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
    return ends;
  }
};

const bool kAdded = [] {
  bench::add_move("unix_socket", bench::Pace::bounded, bench::carry<UnixSocket>);
  return true;
}();

}  // namespace

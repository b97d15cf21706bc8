#include <fcntl.h>
#include <mqueue.h>
#include <unistd.h>

#include <string>

#include "message_crew.hpp"

// Indices through a POSIX message queue to two processes, acknowledgements back through another.
namespace {

using namespace shmkit;

class PosixQueue {
 public:
  static constexpr std::uint64_t kCapacity = 10;  // What everybody may have (fs.mqueue.msg_max).

  PosixQueue() {
    const std::string name = "/shmkit-bench-" + std::to_string(::getpid());
    mq_attr attributes{};
    attributes.mq_maxmsg = kCapacity;
    attributes.mq_msgsize = sizeof(std::uint64_t);
    queue_ = ::mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600, &attributes);
    bench::require(queue_ != -1, "mq_open");
    ::mq_unlink(name.c_str());
  }
  ~PosixQueue() { ::mq_close(queue_); }
  PosixQueue(const PosixQueue&) = delete;
  PosixQueue& operator=(const PosixQueue&) = delete;

  void send(std::uint64_t index) {
    const auto* bytes = reinterpret_cast<const char*>(&index);
    bench::require(::mq_send(queue_, bytes, sizeof index, 0) == 0, "mq_send");
  }
  std::uint64_t receive() {
    std::uint64_t index = 0;
    auto* bytes = reinterpret_cast<char*>(&index);
    bench::require(::mq_receive(queue_, bytes, sizeof index, nullptr) == sizeof index, "mq_receive");
    return index;
  }

 private:
  mqd_t queue_ = -1;
};

BENCHMARK(bench::message_overhead<PosixQueue>)
    ->Name("chunk_overhead/posix_mq")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

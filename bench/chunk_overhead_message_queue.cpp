#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <string>

#include "message_crew.hpp"

// Indices through a Boost.Interprocess message queue to two processes, acknowledgements back through another.
namespace {

using namespace shmkit;
namespace bip = boost::interprocess;

class BoostQueue {
 public:
  static constexpr std::uint64_t kCapacity = 1024;

  BoostQueue()
      : name_("shmkit-bench-" + std::to_string(::getpid())),
        queue_(bip::create_only, name_.c_str(), kCapacity, sizeof(std::uint64_t)) {
    bip::message_queue::remove(name_.c_str());  // The mapping is inherited: nobody needs the name.
  }

  void send(std::uint64_t index) { queue_.send(&index, sizeof index, 0); }
  std::uint64_t receive() {
    std::uint64_t index = 0;
    bip::message_queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(&index, sizeof index, size, priority);
    return index;
  }

 private:
  std::string name_;
  bip::message_queue queue_;
};

BENCHMARK(bench::message_overhead<BoostQueue>)
    ->Name("chunk_overhead/boost_message_queue")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

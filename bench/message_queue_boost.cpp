#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>
#include <string>

#include "message_mail.hpp"
#include "round_trip.hpp"

// The same letters through a Boost.Interprocess message queue, which hangs when its lock's holder is killed.
namespace {

using namespace shmkit;
namespace bip = boost::interprocess;
using bench::Letter;

class BoostBox {
 public:
  BoostBox()
      : name_("shmkit-bench-" + std::to_string(::getpid())),
        queue_(bip::create_only, name_.c_str(), bench::kLetterCapacity, sizeof(Letter)) {
    bip::message_queue::remove(name_.c_str());  // The mapping is inherited: nobody needs the name.
  }

  void send(const Letter& letter) { queue_.send(&letter, sizeof letter, 0); }
  Letter receive() {
    Letter letter;
    bip::message_queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(&letter, sizeof letter, size, priority);
    return letter;
  }

 private:
  std::string name_;
  bip::message_queue queue_;
};

void round_trip(benchmark::State& state) {
  bench::Echo<BoostBox> echo;
  bench::time_round_trips(state, {}, [&] { return echo.round_trip(); });
}
void parked(benchmark::State& state) {
  bench::Echo<BoostBox> echo;
  bench::time_round_trips(state, bench::kPause, [&] { return echo.round_trip(); });
}

BENCHMARK(bench::send_letters<BoostBox, 1, 1>)
    ->Name("message_queue_1_to_1/boost_message_queue")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(bench::send_letters<BoostBox, 2, 2>)
    ->Name("message_queue_2_to_2/boost_message_queue")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(round_trip)
    ->Name("message_round_trip/boost_message_queue")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(parked)
    ->Name("message_round_trip_parked/boost_message_queue")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);

}  // namespace

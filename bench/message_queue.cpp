#include <shmkit/typed_queue.hpp>

#include "message_mail.hpp"
#include "round_trip.hpp"

// Letters through a message queue of ours: taken, copied, acknowledged. It survives the death of anybody.
namespace {

using namespace shmkit;
using bench::Letter;

class OurBox {
 public:
  void send(const Letter& letter) { queue_.put(letter); }
  Letter receive() {
    const auto letter = queue_.get();
    queue_.task_done();
    return *letter;
  }

 private:
  TypedQueue<Letter> queue_ =
      TypedQueue<Letter>::anonymous({.capacity = bench::kLetterCapacity, .participants = 8});
};

void round_trip(benchmark::State& state) {
  bench::Echo<OurBox> echo;
  bench::time_round_trips(state, {}, [&] { return echo.round_trip(); });
}
void parked(benchmark::State& state) {
  bench::Echo<OurBox> echo;
  bench::time_round_trips(state, bench::kPause, [&] { return echo.round_trip(); });
}

BENCHMARK(bench::send_letters<OurBox, 1, 1>)
    ->Name("message_queue_1_to_1/shmkit")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(bench::send_letters<OurBox, 2, 2>)
    ->Name("message_queue_2_to_2/shmkit")
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(round_trip)
    ->Name("message_round_trip/shmkit")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(parked)
    ->Name("message_round_trip_parked/shmkit")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);

}  // namespace

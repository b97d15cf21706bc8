#include "ping_pong.hpp"
#include "round_trip.hpp"

// What nobody can avoid: a word to another process and one back.
namespace {

using namespace shmkit;
using Waiting = bench::PingPong::Waiting;

void futex(benchmark::State& state) {
  bench::PingPong game(Waiting::sleeping);
  bench::time_round_trips(state, bench::kPause, [&] { return game.round_trip(); });
}

void spin(benchmark::State& state) {
  bench::PingPong game(Waiting::spinning);
  bench::time_round_trips(state, {}, [&] { return game.round_trip(); });
}

BENCHMARK(futex)
    ->Name("round_trip/futex_floor")
    ->UseManualTime()
    ->Iterations(bench::kPaused)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(spin)
    ->Name("round_trip/spin_floor")
    ->UseManualTime()
    ->Iterations(bench::kBackToBack)
    ->Unit(benchmark::kMicrosecond);

}  // namespace

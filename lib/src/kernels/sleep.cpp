#include <array>
#include <chrono>
#include <thread>

#include "kernels/counts.hpp"
#include "kernels/rows.hpp"

// sleep: items that only wait, as tasks do that wait for a network.
namespace shmkit::kernel {
namespace {

constexpr std::array kArguments{
    ArgumentInfo{.name = "seconds", .summary = "How long each time, at most a day.", .fallback = "0.1"},
    ArgumentInfo{.name = "times", .summary = "How often.", .fallback = "10"}};

struct Naps {
  double seconds;
  std::uint64_t times;
};

Params prepare(const Arguments& arguments, const Operands&) {
  constexpr double kDay = 86400;
  const auto seconds = parse_scalar<double>({"sleep", "seconds", arguments.at("seconds")});
  if (!(seconds >= 0 && seconds <= kDay))
    throw Error(Errc::usage, "kernel sleep: seconds '" + arguments.at("seconds") + "' is out of range",
                "Take from 0 to 86400.");
  Params params;
  params.set(Naps{seconds, parse_count({"sleep", "times", arguments.at("times")}, 1, kMostItems)});
  return params;
}

std::uint64_t items(const Params& params) { return params.get<Naps>().times; }

void run(const ChunkInput& in) noexcept {
  const std::chrono::duration<double> nap(in.params->get<Naps>().seconds);
  for (std::uint64_t i = in.begin; i < in.end; ++i) std::this_thread::sleep_for(nap);
  put_count(in, in.count());
}

std::optional<Value> combine(const Partials& partials) {
  return make_value(static_cast<std::int64_t>(total_count(partials)));
}

}  // namespace

constinit const Kernel kSleep = {.info = {.name = "sleep",
                                          .summary = "Sleeps several times; counts how often it did.",
                                          .arguments = kArguments,
                                          .kind = KernelKind::compute,
                                          .arrays = 0,
                                          .dtypes = "none",
                                          .result = "int64",
                                          .example = "run sleep --arg seconds=2 --arg times=10"},
                                 .partial_bytes = count_bytes,
                                 .prepare = prepare,
                                 .run = run,
                                 .combine = combine,
                                 .items = items,
                                 .grain = 1};

}  // namespace shmkit::kernel

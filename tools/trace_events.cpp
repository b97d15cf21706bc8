#include "trace_events.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace shmkit::tool {
namespace {

using Json = nlohmann::ordered_json;
using Event = TimelineEvent;
using Kind = TimelineEvent::Kind;
using Outcome = TimelineEvent::Outcome;

/// Where the viewers show an event: as a thread of a process.
struct Place {
  int pid = 0;
  std::int64_t tid = 0;

  auto operator<=>(const Place&) const noexcept = default;
};

// A process is its own thread. What has no pid of its own is a thread of this process; threads of the same
// process get numbers that no other thread of it has here.
Place place_of(const Event& event) {
  const int self = ::getpid();
  if (event.worker == Event::kClient) return {self, self};
  if (event.pid != 0 && event.pid != self) return {event.pid, event.pid};
  return {self, std::int64_t{self} + 1 + event.worker};
}

std::string worker_name(unsigned worker) {
  return worker == Event::kClient ? "client" : fmt::format("worker {}", worker);
}

// Microseconds. Viewers take them times 1000 and cut the rest off, which must not give a nanosecond less:
// then neighbours would overlap.
double microseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000 + 1e-4; }

bool is_instant(Kind kind) { return kind == Kind::start || kind == Kind::retry || kind == Kind::death; }

std::string run_name(const Event& event) {
  const std::string died = event.outcome == Outcome::died ? " (worker died)" : "";
  if (event.chunks > 1) return fmt::format("chunks {}..{}", event.chunk, event.last_chunk);
  return fmt::format("chunk {}{}", event.chunk, died);
}

std::string name_of(const Event& event) {
  switch (event.kind) {
    case Kind::start_workers:
      return "start workers";
    case Kind::repetition:
      return fmt::format("repetition {}", event.repetition);
    case Kind::submit:
      return "submit";
    case Kind::execute:
      return fmt::format("execute {} chunks", event.chunks);
    case Kind::collect:
      return "collect the trace";
    case Kind::combine:
      return "combine";
    case Kind::start:
      return "start";
    case Kind::attach:
      return "attach";
    case Kind::claim:
      return "claim";
    case Kind::run:
      return run_name(event);
    case Kind::wait:
      return "wait";
    case Kind::retry:
      return fmt::format("retry of chunk {}", event.chunk);
    case Kind::death:
      return fmt::format("death: {}", event.reason);
  }
  return "unknown";
}

// What the viewers can search for, in the order of the kinds.
std::string_view category(Kind kind) {
  constexpr std::array<std::string_view, 13> kNames{"client", "client", "client", "client", "client",
                                                    "client", "start",  "attach", "claim",  "run",
                                                    "wait",   "retry",  "death"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view outcome_name(Outcome outcome) {
  if (outcome == Outcome::completed) return "completed";
  return outcome == Outcome::complained ? "complained" : "died";
}

Json arguments_of(const Event& event) {
  Json arguments = {{"repetition", event.repetition}, {"pass", event.pass}};
  if (event.worker != Event::kClient) arguments["worker"] = event.worker;
  if (event.chunk == Event::kNoChunk) return arguments;
  arguments["chunk"] = event.chunk;
  if (event.kind == Kind::death) return arguments;
  arguments["begin"] = event.first_element;
  arguments["end"] = event.end_element;
  arguments["attempt"] = event.attempt;
  arguments["outcome"] = outcome_name(event.outcome);
  if (event.chunks <= 1) return arguments;
  arguments["last_chunk"] = event.last_chunk;
  arguments["chunks"] = event.chunks;
  arguments["busy_us"] = static_cast<double>(event.busy) / 1000;
  return arguments;
}

Json event_json(const Event& event, std::int64_t origin) {
  const Place place = place_of(event);
  Json value = {{"name", name_of(event)},
                {"cat", category(event.kind)},
                {"ph", is_instant(event.kind) ? "i" : "X"},
                {"ts", microseconds(event.begin - origin)}};
  if (is_instant(event.kind))
    value["s"] = "t";  // As long as its thread's line is high.
  else
    value["dur"] = microseconds(event.end - event.begin);
  value["pid"] = place.pid;
  value["tid"] = place.tid;
  if (event.outcome != Outcome::completed) value["cname"] = "terrible";
  value["args"] = arguments_of(event);
  return value;
}

Json metadata(const Place& place, std::string_view what, std::string_view key, const Json& content) {
  return {{"name", what}, {"ph", "M"}, {"pid", place.pid}, {"tid", place.tid}, {"args", {{key, content}}}};
}

// The client first, then the workers in their order.
template <class Put>
void put_names(const std::map<Place, unsigned>& places, const Put& put) {
  for (const auto& [place, worker] : places) {
    const unsigned order = worker == Event::kClient ? 0 : worker + 1;
    put(metadata(place, "thread_name", "name", worker_name(worker)));
    put(metadata(place, "thread_sort_index", "sort_index", order));
    if (place.pid != place.tid) continue;
    put(metadata(place, "process_name", "name", worker_name(worker)));
    put(metadata(place, "process_sort_index", "sort_index", order));
  }
}

// When the client began: workers may have been there long before.
std::int64_t origin_of(const Timeline& timeline) {
  std::int64_t origin = std::numeric_limits<std::int64_t>::max();
  for (const Event& event : timeline) {
    if (event.worker == Event::kClient) origin = std::min(origin, event.begin);
  }
  return origin;
}

Json summary(const RunReport& report) {
  const auto is_pass = [](const Event& event) { return event.kind == Kind::execute && event.pass == 0; };
  return {{"kernel", report.kernel},
          {"chunks", report.chunks},
          {"workers", report.workers},
          {"repetitions", report.seconds.size()},
          {"repetitions_shown", std::ranges::count_if(report.timeline, is_pass)}};
}

}  // namespace

void write_events(const RunReport& report, const std::function<void(std::string_view)>& put) {
  bool first = true;
  const auto put_event = [&](const Json& value) {
    put(first ? "\n" : ",\n");
    first = false;
    put(value.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  put(R"({"displayTimeUnit":"ns","otherData":)");
  put(summary(report).dump(-1, ' ', false, Json::error_handler_t::replace));
  put(R"(,"traceEvents":[)");
  const std::int64_t origin = origin_of(report.timeline);
  std::map<Place, unsigned> places;
  for (const Event& event : report.timeline) {
    if (event.begin < origin) continue;
    places.emplace(place_of(event), event.worker);
    put_event(event_json(event, origin));
  }
  put_names(places, put_event);
  put("\n]}\n");
}

}  // namespace shmkit::tool

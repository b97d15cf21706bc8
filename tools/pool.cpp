#include <array>
#include <iostream>

#include <fmt/format.h>

#include <shmkit/pool.hpp>

#include "command_line.hpp"
#include "describe.hpp"
#include "durations.hpp"
#include "format/nearest.hpp"
#include "format/printable.hpp"
#include "pool_report.hpp"

namespace shmkit::tool {
namespace {

namespace po = boost::program_options;

constexpr Manual kManual{"pool", "start|stop|status|list [NAME] [options]",
                         R"(Workers that outlive the commands which use them: nothing is started per job,
and arrays stay mapped. `shmtool run KERNEL ARRAY --pool NAME` uses a pool, any
number of commands at once. Only you can use your pools.

  start NAME   starts a supervisor and its workers in the background, and
               returns when they are ready
  stop NAME    lets running jobs come to their end, then ends the pool;
               --now kills the workers: clients exit with code 8
  status NAME  what its workers do, who uses it, and how many workers died
  list         your pools

A worker that is killed is replaced, and its chunk runs again. If the
supervisor is killed, the workers end too, and clients exit with code 8;
`start` and `gc` take back what is left.

Examples
  shmtool pool start p -w 8
  shmtool run max frames --pool p
  shmtool pool status p
  shmtool pool stop p
)"};

std::string reason_of(const CommandLine& line) {
  return line.has("workers") ? "--workers" : default_workers().reason;
}

int start(const CommandLine& line, const std::string& name) {
  unsigned workers = 0;
  if (line.has("workers"))
    workers = static_cast<unsigned>(
        parse_count("workers", line.get<std::string>("workers"), 1, WorkerPool::kMaxWorkers));
  const std::string reason = reason_of(line);
  const PoolInfo info = start_pool(name, workers);
  if (line.json()) {
    print_json(started_json(info, reason));
  } else if (!line.quiet()) {
    std::cout << fmt::format("pool {}: {} workers, supervisor {}\n", printable(name), info.workers,
                             info.supervisor_pid);
  }
  if (line.has("verbose")) std::cerr << fmt::format("workers: {}, because of {}\n", info.workers, reason);
  return 0;
}

int stop(const CommandLine& line, const std::string& name) {
  std::optional<std::chrono::milliseconds> patience;
  if (line.has("timeout"))
    patience = std::chrono::ceil<std::chrono::milliseconds>(
        parse_seconds("timeout", line.get<std::string>("timeout")));
  stop_pool(name, line.has("now") ? Stop::now : Stop::drain, patience);
  if (line.json()) {
    print_json({{"schema", "shmkit.pool_stop/1"}, {"name", name}});
  } else if (!line.quiet()) {
    std::cout << fmt::format("pool {} has ended\n", printable(name));
  }
  return 0;
}

int status(const CommandLine& line, const std::string& name) {
  const PoolStatus found = pool_status(name);
  if (line.json()) {
    print_json(status_json(found));
  } else {
    std::cout << status_text(found);
  }
  return 0;
}

int list(const CommandLine& line) {
  std::vector<PoolStatus> pools;
  for (const auto& name : list_pools()) {
    try {
      pools.push_back(pool_status(name));
    } catch (const Error& e) {
      if (e.errc() != Errc::not_found && !line.quiet())
        std::cerr << fmt::format("shmtool pool: {}\n", printable(e.what()));
    }
  }
  if (line.json()) {
    print_json(list_json(pools));
  } else if (!pools.empty()) {
    std::cout << list_text(pools);
  } else if (!line.quiet()) {
    std::cerr << "no pools; `shmtool pool start NAME` makes one\n";
  }
  return 0;
}

[[noreturn]] void refuse(const std::string& word) {
  constexpr std::array<std::string_view, 4> kVerbs = {"start", "stop", "status", "list"};
  const std::vector<std::string> verbs(kVerbs.begin(), kVerbs.end());
  const auto close = nearest(word, verbs);
  throw Error(Errc::usage, fmt::format("'{}' is nothing that can be done with a pool", word),
              close ? fmt::format("did you mean '{}'?", *close) : "start, stop, status or list");
}

int dispatch(const CommandLine& line) {
  const auto& words = line.positionals();
  if (words[0] == "list") {
    if (words.size() > 1) throw Error(Errc::usage, fmt::format("unexpected word '{}'", words[1]));
    return list(line);
  }
  const bool known = words[0] == "start" || words[0] == "stop" || words[0] == "status";
  if (!known) refuse(words[0]);
  if (words.size() < 2)
    throw Error(Errc::usage, "the name of the pool is missing",
                fmt::format("for instance `shmtool pool {} p`", words[0]));
  if (words[0] == "start") return start(line, words[1]);
  return words[0] == "stop" ? stop(line, words[1]) : status(line, words[1]);
}

}  // namespace

int pool_command(const Words& words) {
  CommandLine line(kManual);
  line.options()("workers,w", po::value<std::string>()->value_name("N"),
                 "start: how many; by default as many CPUs as this process may use")(
      "verbose,v", "start: say how many workers there are, and why")("now", "stop: do not wait for jobs")(
      "timeout", po::value<std::string>()->value_name("SECONDS"),
      "stop: how long to wait for jobs; then exit with code 124");
  if (!line.parse(words, 1, 2)) return 0;
  return dispatch(line);
}

}  // namespace shmkit::tool
